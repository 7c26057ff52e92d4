"""The content-addressed store of model files."""
