"""The room's events for the replica, with a bound on what clients can pile up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from visavis.rooms.base import AppMessage, RoomEvent

MAX_UNREAD_MESSAGES = 20_000
MAX_UNREAD_BYTES = 32 * 1024 * 1024
SHARE = 4
"""One sender's part of either is a fourth: whoever floods the room loses their own messages, not others'."""


class Inbox:
    """A queue in which arrivals and departures always fit, and app messages only up to a bound."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[RoomEvent | None, int]] = asyncio.Queue()
        self._messages: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def put(self, event: RoomEvent) -> None:
        """Add an event that must not be lost."""
        self._queue.put_nowait((event, 0))

    def put_message(self, message: AppMessage, size: int) -> bool:
        """Add an app message of so many bytes; False when too much of its sender, or of all, is unread."""
        who = message.sender_id
        if not (
            _fits(self._messages, who, 1, MAX_UNREAD_MESSAGES)
            and _fits(self._bytes, who, size, MAX_UNREAD_BYTES)
        ):
            return False
        self._messages[who] += 1
        self._bytes[who] += size
        self._queue.put_nowait((message, size))
        return True

    def close(self) -> None:
        """No more will come."""
        self._queue.put_nowait((None, 0))

    async def events(self) -> AsyncIterator[RoomEvent]:
        """What was put, in order, until ``close``."""
        while True:
            event, size = await self._queue.get()
            if event is None:
                return
            if isinstance(event, AppMessage):
                self._read(event.sender_id, size)
            yield event

    def _read(self, who: str, size: int) -> None:
        self._messages[who] -= 1
        self._bytes[who] -= size
        if not self._messages[who]:
            del self._messages[who], self._bytes[who]


def _fits(unread: Counter[str], who: str, more: int, most: int) -> bool:
    return unread[who] + more <= most // SHARE and unread.total() + more <= most
