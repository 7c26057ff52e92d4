"""Colour formats of daily-python, and pictures in them. Names give the order of bytes in memory."""

from __future__ import annotations

from typing import Any

FORMATS = {
    "ABGR": "abgr",
    "ARGB": "argb",
    "BGRA": "bgra",
    "RGBA": "rgba",
    "RGB": "rgb24",
    "I420": "yuv420p",
}
"""Each format's name in FFmpeg."""


def check(color_format: str) -> str:
    """The format, if there is such a one.

    Raises:
        ValueError: there is none.
    """
    if color_format not in FORMATS:
        raise ValueError(f"invalid color format '{color_format}'")
    return color_format


def frame_bytes(width: int, height: int, color_format: str) -> int:
    """How many bytes a picture takes."""
    if color_format == "I420":
        return width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
    return width * height * (3 if color_format == "RGB" else 4)


def pixels(frame: Any, color_format: str) -> bytes:
    """The picture's bytes.

    Args:
        frame: ``av.VideoFrame``.
        color_format: a key of ``FORMATS``.
    """
    return bytes(frame.reformat(format=FORMATS[color_format]).to_ndarray().tobytes())
