"""Where participants meet."""
