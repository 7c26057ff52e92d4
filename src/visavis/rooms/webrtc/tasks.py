"""Background tasks of one owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Tasks:
    """Keeps tasks while they run; what one of them meets is logged, and holds up nobody.

    Args:
        what: they are, in the log.
        about: more that the log is told.
    """

    def __init__(self, what: str, **about: str) -> None:
        self._what, self._about = what, about
        self._running: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[asyncio.Task[None]]:
        return iter(tuple(self._running))

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let this run beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._finished)
        return task

    def cancel(self) -> tuple[asyncio.Task[None], ...]:
        """Stop all; those that were running."""
        running = tuple(self)
        for task in running:
            task.cancel()
        return running

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task failed", task=self._what, exc_info=error, **self._about)
