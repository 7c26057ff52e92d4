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
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    small = (reformatter or VideoReformatter()).reformat(frame, width=width, height=height, format="rgba")
    return Picture(at, np.asarray(small.to_ndarray(), np.uint8), origin)
