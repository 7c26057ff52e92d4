"""A perception engine that sees what the shade of grey of a picture stands for, and hears a given voice."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tests.layers.perception.sights import face
from visavis.layers.perception.base import Lighting, Picture, Sight, Voice
from visavis.rooms.base import VideoKind
from visavis.rooms.memory import Guest

BLACK, NEUTRAL, SMILING, NOBODY, BROKEN = 0, 40, 80, 120, 160
"""Shades."""
FPS = 20.0


def shade(grey: int, width: int = 64, height: int = 48) -> Any:
    return av.VideoFrame.from_ndarray(np.full((height, width, 3), grey, np.uint8), "rgb24").reformat(
        format="yuv420p"
    )


class Seer:
    """``PerceptionEngine``."""

    def __init__(self, voice: Voice | None = None) -> None:
        self.voice = voice
        self.eyes_made = 0
        self.looks = 0
        self.listened: list[float] = []
        self.faces = {
            NEUTRAL: (face(),),
            SMILING: (face(smile=0.9, box=(0.1, 0.3, 0.3, 0.6)),),
            NOBODY: (),
            BLACK: (),
        }

    def eyes(self) -> Seer:
        self.eyes_made += 1
        return self

    def look(self, picture: Picture) -> Sight:
        self.looks += 1
        if picture.origin == "screen":
            return Sight(picture.at, "screen")
        grey = float(picture.rgba[8, 8, 0])
        nearest = min((*self.faces, BROKEN), key=lambda known: abs(known - grey))
        if nearest == BROKEN:
            raise RuntimeError("a driver's fault")
        return Sight(picture.at, "camera", self.faces[nearest], Lighting("good", nearest / 255, 1.0))

    def listen(self, audio: NDArray[np.float32], start: float, words: int | None = None) -> Voice | None:
        self.listened.append(len(audio) / 16_000)
        return self.voice


class Slow(Seer):
    """Looks until it is let go."""

    def __init__(self, voice: Voice | None = None) -> None:
        super().__init__(voice)
        self.looking, self.go = threading.Event(), threading.Event()

    def look(self, picture: Picture) -> Sight:
        self.looking.set()
        self.go.wait(10.0)
        return super().look(picture)


@asynccontextmanager
async def showing(guest: Guest, grey: int, kind: VideoKind = "camera"):
    """A camera before a wall of one shade."""

    async def film() -> None:
        while True:
            guest.show(shade(grey), kind)
            await asyncio.sleep(1 / FPS)

    task = asyncio.create_task(film())
    try:
        yield
    finally:
        task.cancel()
