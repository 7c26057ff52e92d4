"""Recordings' files on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import av

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A recording's file.

    Attributes:
        name: Unix milliseconds of its beginning.
    """

    path: Path

    @property
    def name(self) -> str:
        """Unix milliseconds of its beginning."""
        return self.path.stem

    def whole(self) -> bool:
        """Whether its writer has said that it is done: else it was killed, or a disk holds it up."""
        return self.path.with_suffix(".json").exists()

    def age(self) -> float:
        """Seconds since it changed; endless if it is gone."""
        try:
            return time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return float("inf")

    def remove(self) -> None:
        """Remove it, what was noted about it, and its folder if nothing else is there."""
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".json").unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty
            self.path.parent.rmdir()


def found_in(folder: Path) -> list[Found]:
    """The recordings in a folder, the oldest first; a folder that is not there has none."""
    return sorted((Found(path) for path in folder.glob("*.mp4")), key=lambda found: found.name)


def measure(path: Path) -> float:
    """Seconds of what can be played; 0 for a file that was cut off before anything was in it."""
    try:
        with av.open(str(path)) as file:
            return (file.duration or 0) / 1_000_000
    except av.error.FFmpegError:
        return 0.0


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking work in a thread that does not keep the process from ending.

    Cancelling waits for the work to end: what follows must not be undone by it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(set_outcome: Callable[[], None]) -> None:
        def unless_gone() -> None:
            if not done.done():
                set_outcome()

        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(unless_gone)

    def run() -> None:
        try:
            outcome = work(*args, **kwargs)
        except BaseException as error:
            raised = error
            settle(lambda: done.set_exception(raised))
        else:
            settle(lambda: done.set_result(outcome))

    threading.Thread(target=run, name="recordings", daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done], timeout=PATIENCE)
        done.cancel()
        raise


PATIENCE = 60.0
"""Seconds."""
