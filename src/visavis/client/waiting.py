"""Those who wait for an outcome: the clock and the futures around what ``outcomes`` knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from visavis.client.outcomes import Outcome
from visavis.protocol.events import EventMessage

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Waiter(Generic[T]):
    """One who waits.

    Attributes:
        message: the interaction.
        sent: whether it has left.
    """

    outcome: Outcome[T]
    message: dict[str, Any]
    future: asyncio.Future[T]
    sent: bool = False
    timer: asyncio.TimerHandle | None = None


class Waiting:
    """All that is waited for in one call, in the order in which it was asked."""

    def __init__(self) -> None:
        self._waiters: list[Waiter[Any]] = []

    @contextmanager
    def expecting(self, outcome: Outcome[T], message: dict[str, Any]) -> Iterator[Waiter[T]]:
        """Follow an outcome for the length of a block; enter it before the message is sent.

        Args:
            outcome: of it.
            message: the interaction.
        """
        waiter = Waiter(outcome, message, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self._settle(waiter)
        try:
            yield waiter
        finally:
            self._forget(waiter)

    def feed(self, event: EventMessage) -> None:
        """Take the next event."""
        waiters = list(self._waiters)
        owner = next((waiter for waiter in waiters if waiter.outcome.knows(event)), None)
        owner = owner or next((waiter for waiter in waiters if waiter.outcome.claims(event)), None)
        for waiter in waiters:
            waiter.outcome.feed(event, waiter is owner)
            self._settle(waiter)

    def tool_answered(self, tool_call_id: str, queued: bool | None) -> None:
        """A participant gave the result of a tool call."""
        for waiter in list(self._waiters):
            waiter.outcome.tool_answered(tool_call_id, queued)
            self._settle(waiter)

    def over(self, reason: str) -> None:
        """The call is over."""
        for waiter in list(self._waiters):
            waiter.outcome.over(reason)
            self._settle(waiter)

    @property
    def unacknowledged(self) -> list[dict[str, Any]]:
        """The messages that have left and of which nothing was heard, in their order."""
        return [waiter.message for waiter in self._waiters if waiter.sent and not waiter.outcome.acked]

    def _settle(self, waiter: Waiter[Any]) -> None:
        outcome, future = waiter.outcome, waiter.future
        if outcome.done:
            self._forget(waiter)
            if future.done():
                return  # whoever waited has gone
            if outcome.failure is not None:
                future.set_exception(outcome.failure)
            else:
                future.set_result(outcome.result)
        elif outcome.sign:
            outcome.sign = False
            self._arm(waiter)

    def _arm(self, waiter: Waiter[Any]) -> None:
        if waiter.timer is not None:
            waiter.timer.cancel()
            waiter.timer = None
        if waiter.outcome.patience is not None:
            loop = waiter.future.get_loop()
            waiter.timer = loop.call_later(waiter.outcome.patience, self._ran_down, waiter)

    def _ran_down(self, waiter: Waiter[Any]) -> None:
        waiter.timer = None
        waiter.outcome.give_up()
        self._settle(waiter)

    def _forget(self, waiter: Waiter[Any]) -> None:
        if waiter.timer is not None:
            waiter.timer.cancel()
        if waiter in self._waiters:
            self._waiters.remove(waiter)
