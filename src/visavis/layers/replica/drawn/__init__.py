"""The drawn replica: an original vector character on the CPU, with no model and no likeness of anyone."""

from __future__ import annotations

from visavis.layers.replica.drawn.replica import DrawnReplica, portrait, portrait_png

__all__ = ["DrawnReplica", "portrait", "portrait_png"]
