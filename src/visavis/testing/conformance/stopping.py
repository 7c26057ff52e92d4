"""Ending a run early, and finishing what must be finished whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The work was given up because the run was asked to stop."""


class Stop:
    """Whether a run was asked to stop; once it was, it stays so.

    Attributes:
        reason: the words of whoever asked first; empty before.
    """

    def __init__(self) -> None:
        self.reason = ""
        self._asked = asyncio.Event()

    @property
    def asked(self) -> bool:
        """Whether it was."""
        return self._asked.is_set()

    def ask(self, reason: str) -> None:
        """Give up what runs behind ``unless``, and begin nothing new."""
        if not self.asked:
            self.reason = reason
            self._asked.set()

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this unless the run is asked to stop; what is given up has ended when this returns.

        Raises:
            Stopped: it was given up.
        """
        if self.asked:
            work.close()
            raise Stopped(self.reason)
        doing, asked = asyncio.create_task(work), asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait((doing, asked), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
            if not doing.done():
                doing.cancel()
                await to_the_end(_ended(doing))
        if doing.cancelled():
            raise Stopped(self.reason)
        return doing.result()


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await this to its end, also when cancelled meanwhile: the cancellation is raised afterwards."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()


async def _ended(task: asyncio.Task[Any]) -> None:
    await asyncio.wait((task,))
