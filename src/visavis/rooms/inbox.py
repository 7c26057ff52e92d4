"""The room's events for the replica, with a bound on what clients can pile up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from visavis.rooms.base import AppMessage, RoomEvent

MAX_UNREAD_MESSAGES = 20_000
MAX_UNREAD_BYTES = 32 * 1024 * 1024


class Inbox:
    """A queue in which arrivals and departures always fit, and app messages only up to a bound."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[tuple[RoomEvent | None, int]] = asyncio.Queue()
        self._messages = 0
        self._bytes = 0

    def put(self, event: RoomEvent) -> None:
        """Add an event that must not be lost."""
        self._queue.put_nowait((event, 0))

    def put_message(self, message: AppMessage, size: int) -> bool:
        """Add an app message of so many bytes; False when too much is unread already."""
        if self._messages >= MAX_UNREAD_MESSAGES or self._bytes + size > MAX_UNREAD_BYTES:
            return False
        self._messages += 1
        self._bytes += size
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
                self._messages -= 1
                self._bytes -= size
            yield event
