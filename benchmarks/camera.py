"""A camera before a rendered person, for a Python peer."""

from __future__ import annotations

import asyncio
import fractions
from itertools import cycle
from typing import Any

import av

from benchmarks.perception.clips import JUDGED
from benchmarks.perception.film import FPS, PLAYED, Part, film

SECONDS = 4.0
"""Of the film, which is shown over and over."""
CLOCK = 90_000


class Camera:
    """A ``VideoSource``: a lively face at ``FPS`` pictures a second. Rendered once, some seconds."""

    def __init__(self) -> None:
        with av.open(str(film(JUDGED[0], (Part(SECONDS),))), format="mjpeg") as file:
            frames = list(file.decode(video=0))[:: PLAYED // FPS]
        self._pictures = cycle([frame.reformat(format="yuv420p").to_ndarray() for frame in frames])
        self._shown = 0

    async def next(self) -> Any:
        """The next picture."""
        await asyncio.sleep(1 / FPS)
        frame = av.VideoFrame.from_ndarray(next(self._pictures), "yuv420p")
        self._shown += 1
        frame.pts = self._shown * CLOCK // FPS
        frame.time_base = fractions.Fraction(1, CLOCK)
        return frame
