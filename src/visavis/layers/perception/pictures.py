"""Decoded video frames, made small enough to be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.reformatter import VideoReformatter

from visavis.layers.perception.base import LONGEST_SIDE, Origin, Picture


def picture(
    frame: Any, at: float, origin: Origin = "camera", reformatter: VideoReformatter | None = None
) -> Picture:
    """A ``av.VideoFrame`` as a ``Picture``; 1 to 3 ms, to be called off the event loop.

    Args:
        frame: of any size and pixel format.
        at: seconds on the conversation's clock.
        origin: what it was taken from.
        reformatter: used by this thread only, for all pictures of a source; default: a new one. A frame's own
            is not used: frames are shared with other threads.
    """
    small = scaled(frame, LONGEST_SIDE, "rgba", reformatter)
    return Picture(at, np.asarray(small.to_ndarray(), np.uint8), origin)


def scaled(
    frame: Any, longest_side: int, pixel_format: str, reformatter: VideoReformatter | None = None
) -> Any:
    """A ``av.VideoFrame`` no larger than this; blocking. The frame may be in other threads' hands as well.

    ``VideoFrame.reformat`` is not for that: it keeps libswscale's state in the frame, where two threads at a
    time deadlock or crash.

    Args:
        frame: of any size and pixel format.
        longest_side: pixels; smaller frames stay as they are.
        pixel_format: FFmpeg's name.
        reformatter: as for ``picture``.
    """
    scale = min(1.0, longest_side / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    full = "JPEG" if pixel_format.startswith("yuvj") else None
    own = reformatter or VideoReformatter()
    return own.reformat(frame, width, height, pixel_format, dst_color_range=full, threads=1)
