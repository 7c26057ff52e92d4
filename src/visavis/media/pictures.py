"""The newest picture, and each viewer's paced way to it."""

from __future__ import annotations

import asyncio
import fractions
import time
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

VIDEO_CLOCK = 90_000
"""Hz of video timestamps (RFC 3551)."""
REPEAT_SECONDS = 0.5
"""A still picture is sent again this often, so that key frames can be asked for and viewers see life."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame as it goes to the encoders.

    Attributes:
        number: rises with each picture.
        frame: ``av.VideoFrame`` in yuv420p; pts is the monotonic clock at 90 kHz when it was written.
    """

    number: int
    frame: Any


class Pictures:
    """Holds the newest picture; it is a ``rooms.base.VideoSink``."""

    def __init__(self) -> None:
        self.width, self.height, self.fps = 0, 0, 0.0
        self.viewers: set[Viewer] = set()
        self._newest: Picture | None = None
        self._planes: NDArray[np.uint8] | None = None
        self._written_at = 0.0

    def configure(self, width: int, height: int, fps: float) -> None:
        """Say what will be shown, before the first ``write``.

        Args:
            width: pixels, even.
            height: pixels, even.
            fps: the most pictures a viewer gets in a second.
        """
        self.width, self.height, self.fps = width, height, fps

    @property
    def wanted(self) -> bool:
        """Whether anybody watches."""
        return bool(self.viewers)

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Show this I420 frame, shape (height * 3 // 2, width), from now on; it is copied.

        Raises:
            ValueError: for another shape or type.
        """
        if frame.shape != (self.height * 3 // 2, self.width) or frame.dtype != np.uint8:
            raise ValueError(f"expected uint8 I420 of {self.width}x{self.height}, got {frame.shape}")
        self._planes = frame.copy()
        self._publish(self._planes)

    def newest(self) -> Picture | None:
        """The picture to show now."""
        return self._newest

    def repeat(self) -> None:
        """Give the newest picture a new timestamp, when it has stood still for long enough."""
        if self._planes is not None and time.monotonic() - self._written_at >= REPEAT_SECONDS:
            self._publish(self._planes)

    def _publish(self, planes: NDArray[np.uint8]) -> None:
        self._written_at = time.monotonic()
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = int(self._written_at * VIDEO_CLOCK)
        picture.time_base = fractions.Fraction(1, VIDEO_CLOCK)
        number = self._newest.number + 1 if self._newest else 1
        self._newest = Picture(number, picture)
        for viewer in self.viewers:
            viewer.wake()


class Viewer:
    """One viewer's feed: the newest picture not yet sent, no faster than the pictures' rate."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._sent = 0
        self._due = 0.0
        self._fresh = asyncio.Event()
        self._closed = False

    def open(self) -> None:
        """Begin to watch."""
        self._pictures.viewers.add(self)

    def close(self) -> None:
        """Watch no more; ``next`` gives None."""
        self._closed = True
        self._pictures.viewers.discard(self)
        self._fresh.set()

    def wake(self) -> None:
        """A new picture is there."""
        self._fresh.set()

    async def next(self) -> Any | None:
        """The next frame to send; None once closed."""
        loop = asyncio.get_running_loop()
        if (wait := self._due - loop.time()) > 0:
            await asyncio.sleep(wait)
        while not self._closed:
            picture = self._pictures.newest()
            if picture is not None and picture.number > self._sent:
                self._sent = picture.number
                # Tolerance: pacing must not turn a writer's jitter into dropped frames.
                self._due = loop.time() + 0.8 / self._pictures.fps
                return picture.frame
            self._fresh.clear()
            try:
                async with asyncio.timeout(REPEAT_SECONDS):
                    await self._fresh.wait()
            except TimeoutError:
                self._pictures.repeat()
        return None
