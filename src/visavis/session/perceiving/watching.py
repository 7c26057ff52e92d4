"""Watches what people show: each source with eyes of its own, from when it is shown until it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, get_args

import structlog

from visavis.layers.perception.base import RATE, PerceptionEngine, Sight
from visavis.layers.perception.watcher import Watcher
from visavis.rooms.base import Room, VideoKind
from visavis.session.engines import Lane
from visavis.session.perceiving.person import Person
from visavis.session.perceiving.retrying import Failures

SCREEN_RATE = 1.0
"""Pictures a second that are looked at of a shared screen."""
STALE: dict[VideoKind, float] = {"camera": 5.0, "screen": 20.0}
"""Seconds without a picture after which a source counts as off, whatever its sender says.

Browsers send a screen on which nothing moves about once a second.
"""

log = structlog.get_logger(__name__)


class Watching:
    """The sources of one conversation. The newest frame of each is in ``Person.newest`` while it is shown.

    Args:
        engine: sees.
        lane: where it works.
        room: shows people.
        elapsed: seconds since the conversation began.
        saw: told what each picture shows.
        gone: told that a source shows nothing any more.
    """

    def __init__(
        self,
        engine: PerceptionEngine,
        lane: Lane,
        room: Room,
        elapsed: Callable[[], float],
        saw: Callable[[Person, Sight], None],
        gone: Callable[[Person, VideoKind], None],
    ) -> None:
        self._engine, self._lane, self._room, self._elapsed = engine, lane, room, elapsed
        self._saw, self._gone = saw, gone
        self._tasks: set[asyncio.Task[None]] = set()

    def attend(self, person: Person) -> None:
        """Watch what the participant sends now, and nothing else."""
        for kind in get_args(VideoKind):
            shown = kind in person.participant.sending and not person.blind
            if shown and kind not in person.watching:
                person.watching[kind] = self._spawn(self._watch(person, kind))
            elif not shown and kind in person.watching:
                self._stop(person, kind)

    def leave(self, person: Person) -> None:
        """Watch nothing of the participant any more."""
        for kind in list(person.watching):
            self._stop(person, kind)

    async def aclose(self) -> None:
        """Watch nobody any more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stop(self, person: Person, kind: VideoKind) -> None:
        person.watching.pop(kind).cancel()
        self._gone(person, kind)

    async def _watch(self, person: Person, kind: VideoKind) -> None:
        this = asyncio.current_task()
        failures = Failures()

        def told(sight: Sight) -> None:
            # A picture that was looked at while its source was switched off is none any more.
            if person.watching.get(kind) is this:
                failures.succeeded(self._elapsed())
                self._saw(person, sight)

        while True:
            try:
                await self._look(person, kind, told)
                return
            except Exception as error:
                # A third party's engine may raise anything: this one's sight is lost, the call goes on.
                pause = failures.failed(self._elapsed())
                if pause is None:
                    log.error("a participant can no longer be seen", exc_info=error)
                    person.blind = True
                    self.attend(person)
                    return
                if failures.count == 1:
                    log.warning("a participant cannot be seen for now", exc_info=error)
                self._gone(person, kind)
                await asyncio.sleep(pause)

    async def _look(self, person: Person, kind: VideoKind, told: Callable[[Sight], None]) -> None:
        """Until the source ends. What the engine raises comes out here."""
        watcher = Watcher(
            self._engine.eyes(),
            self._lane.executor,
            self._elapsed,
            told,
            kind,
            RATE if kind == "camera" else SCREEN_RATE,
            soon=lambda: kind == "camera" and person.account.pending,
        )
        await watcher.watch(self._frames(person, kind))

    async def _frames(self, person: Person, kind: VideoKind) -> AsyncIterator[Any]:
        loop = asyncio.get_running_loop()
        came = loop.time()

        async def check() -> None:
            while True:
                await asyncio.sleep(STALE[kind])
                if kind in person.newest and loop.time() - came >= STALE[kind]:
                    self._gone(person, kind)

        checking = self._spawn(check())
        try:
            async for frame in self._room.video_in(person.id, kind):
                came = loop.time()
                if kind == "screen" or not person.covered:
                    person.newest[kind], person.taken[kind] = frame, self._elapsed()
                yield frame
        finally:
            checking.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
