"""visavis: an open, self-hosted Conversational Video Interface."""

__version__ = "0.1.0"
