"""The replica's looks."""
