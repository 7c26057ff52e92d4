"""Shows one source to an engine at a steady rate, off the event loop. Frames in between are let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from typing import Any

from av.video.reformatter import VideoReformatter

from visavis.layers.perception.base import RATE, Eyes, Origin, Sight
from visavis.layers.perception.pictures import picture

_UNEVEN = (0.8, 1.2)
"""Of the time between two pictures: at even distances a head that nods twice a second seems to rest."""
_SOON = 0.5


class Watcher:
    """One camera or screen of one participant.

    Args:
        eyes: its own; nobody else uses them.
        lane: where the work is done. One thread for all of a worker's eyes is enough, and keeps them from
            taking more than a core; who is late then is looked at less often, never late.
        clock: seconds of the conversation.
        told: called on the event loop with what each picture shows.
        origin: what the frames are of.
        rate: pictures a second.
        soon: asked behind ``told``: the next picture is wanted in half the time.
    """

    def __init__(
        self,
        eyes: Eyes,
        lane: Executor,
        clock: Callable[[], float],
        told: Callable[[Sight], None],
        origin: Origin = "camera",
        rate: float = RATE,
        soon: Callable[[], bool] = lambda: False,
    ) -> None:
        self._eyes, self._lane, self._clock, self._told = eyes, lane, clock, told
        self._origin: Origin = origin
        self._every, self._soon = 1.0 / rate, soon
        self._reformatter = VideoReformatter()
        self._newest: tuple[Any, float] | None = None
        self._fresh = asyncio.Event()
        self._ended = False

    async def watch(self, frames: AsyncIterator[Any]) -> None:
        """Until there are no more frames (``av.VideoFrame``). What the eyes raise comes out here."""
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look(), name="looking")
            async for frame in frames:
                self._newest = frame, self._clock()
                self._fresh.set()
            self._ended = True
            self._fresh.set()
            await looking

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        due, looks = loop.time(), 0
        while True:
            await self._fresh.wait()
            if (wait := due - loop.time()) > 0 and not self._ended:
                await asyncio.sleep(wait)
            self._fresh.clear()
            if self._newest is not None:
                (frame, at), self._newest = self._newest, None
                begun = loop.time()
                looks += 1
                self._told(await loop.run_in_executor(self._lane, self._see, frame, at))
                due = begun + self._every * (_SOON if self._soon() else _UNEVEN[looks % 2])
            elif self._ended:
                return
            if self._ended:
                self._fresh.set()

    def _see(self, frame: Any, at: float) -> Sight:
        return self._eyes.look(picture(frame, at, self._origin, self._reformatter))
