"""Decoded video frames as JPEG files in memory."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av

_QUALITY = 4
"""FFmpeg's scale of 1 (best) to 31."""


def jpeg(frame: Any, longest_side: int, quality: int = _QUALITY) -> bytes:
    """One frame; some milliseconds, to be called off the event loop.

    Args:
        frame: an ``av.VideoFrame`` of any size and pixel format.
        longest_side: pixels; larger frames are made smaller, none is made larger.
        quality: 1 (best) to 31.
    """
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    small = frame.reformat(width=width, height=height, format="yuvj420p", dst_color_range="JPEG")
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = quality
    small.pts = 0
    return b"".join(bytes(packet) for packet in (*encoder.encode(small), *encoder.encode(None)))
