"""Decoded video frames as JPEG files in memory."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av

from visavis.layers.perception.pictures import scaled

_PIXELS = "yuvj420p"
_QUALITY = 4
"""FFmpeg's scale of 1 (best) to 31."""


def jpeg(frame: Any, longest_side: int, quality: int = _QUALITY) -> bytes:
    """One frame; some milliseconds, to be called off the event loop.

    Args:
        frame: an ``av.VideoFrame`` of any size and pixel format.
        longest_side: pixels; larger frames are made smaller, none is made larger.
        quality: 1 (best) to 31.
    """
    small = scaled(frame, longest_side, _PIXELS)
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = small.width, small.height, _PIXELS
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = quality
    encoder.thread_count = 1
    return b"".join(bytes(packet) for packet in (*encoder.encode(small), *encoder.encode(None)))
