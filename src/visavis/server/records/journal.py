"""Brings to the store what was told of conversations; what one of them meets costs no other anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import structlog

from visavis.server.store import NewWebhook, Store
from visavis.server.store.engine import AWAY
from visavis.server.webhooks import announcing

PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries while the database is locked, full or away; the last one goes on."""
TRIES = 16
"""After which what waits gives up its place to what came later: about a minute."""


class Happened(NamedTuple):
    """An event, and its number in the conversation."""

    seq: int
    event: dict[str, Any]


class CalledBack(NamedTuple):
    """Whoever keeps an objective or a guardrail is to be told: its kind, its name, and what is posted."""

    kind: str
    subject: str
    body: dict[str, Any]


class Ended(NamedTuple):
    """A conversation is over."""

    reason: str


class Forgotten(NamedTuple):
    """A conversation is to be removed with all that was kept of it."""


class Refused(NamedTuple):
    """A conversation did not come about: it is to be removed, unless it is over."""


Told = Happened | list[str] | CalledBack | Ended | Forgotten | Refused
Row = TypeVar("Row", bound=tuple[Any, ...])

log = structlog.get_logger(__name__)


class Journal:
    """Writes batches. To be used by one task, so that nothing is written behind a removal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def write(self, batch: Sequence[tuple[str, Told]]) -> list[tuple[str, Told]]:
        """Write callbacks, events, inputs, ends and removals, each by themselves.

        Callbacks go first: an event that is kept has its callback in the outbox, even if the server is killed
        in the middle.

        Returns:
            Callbacks, ends and removals that must be told again: the database stayed away.
        """
        left: list[tuple[str, Told]] = []
        for name, what in batch:
            if isinstance(what, CalledBack) and not await self._written(self._call_back, name, what):
                left.append((name, what))
        events = [(name, *what) for name, what in batch if isinstance(what, Happened)]
        await self._insert(self._store.logs.add_events, events)
        lines: dict[str, list[str]] = {}
        for name, what in batch:
            if isinstance(what, list):
                lines.setdefault(name, []).extend(what)
        await self._insert(self._store.logs.add_inputs, list(lines.items()))
        for name, what in batch:
            if isinstance(what, Ended):
                written = await self._written(self._end, name, what.reason)
            elif isinstance(what, Forgotten):
                written = await self._written(self._store.conversations.delete, name)
            elif isinstance(what, Refused):
                written = await self._written(self._store.conversations.delete_active, name)
            else:
                continue
            if not written:
                left.append((name, what))
        return left

    async def _written(self, write: Callable[..., Awaitable[object]], *arguments: Any) -> bool:
        """Whether it is done with: False while the database stays away."""
        try:
            await _persistently(write, *arguments)
        except AWAY:
            return False
        except Exception as error:
            log.error("a conversation's end or a callback of it cannot be kept", exc_info=error)
        return True

    async def _end(self, name: str, reason: str) -> None:
        """Write that a conversation is over, with the webhooks that tell of it."""
        announced = await announcing.of_end(self._store, name, reason)
        await self._store.conversations.end(name, reason, announced)

    async def _call_back(self, name: str, what: CalledBack) -> None:
        """Put a callback into the outbox, if an URL was given for it."""
        row = await self._store.conversations.get(name, deleted=True)
        url = row.details.get("callbacks", {}).get(what.kind, {}).get(what.subject) if row else None
        if url:
            body = {"conversation_id": name, **what.body}
            await self._store.webhooks.enqueue(NewWebhook(name, url, f"callback.{what.kind}", body))

    async def _insert(self, write: Callable[[Sequence[Row]], Awaitable[None]], rows: Sequence[Row]) -> None:
        """Write all of them; if one is not to be written, all others."""
        if not rows:
            return
        try:
            await _persistently(write, rows)
        except AWAY as error:
            log.error("the database stays away: what was told is lost", count=len(rows), exc_info=error)
        except Exception as error:
            parts = _parts(rows)
            if len(parts) == 1:
                log.error("what was told of a conversation cannot be kept", error=type(error).__name__)
                return
            for part in parts:
                await self._insert(write, part)


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of each conversation by themselves; those of one, each by itself."""
    each: dict[str, list[Row]] = {}
    for row in rows:
        each.setdefault(row[0], []).append(row)
    return [[row] for row in rows] if len(each) == 1 else list(each.values())


async def _persistently(write: Callable[..., Awaitable[object]], *arguments: Any) -> None:
    """Try until it is written, or the database was away for too long."""
    for failed in range(1, TRIES):
        try:
            await write(*arguments)
            return
        except AWAY as error:
            if failed == 1:
                log.warning(
                    "the database does not take what was told; trying again", error=type(error).__name__
                )
            await asyncio.sleep(PAUSES[min(failed, len(PAUSES)) - 1])
    await write(*arguments)
