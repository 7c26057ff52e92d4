"""A bounded buffer between a live producer and one reader: when full, the oldest goes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class LiveBuffer(Generic[T]):
    """Keeps what arrives for one reader; live media is worth less the older it is, so the oldest is dropped.

    Attributes:
        dropped: how many items were dropped unread.
    """

    def __init__(self, limit: float, size: Callable[[T], float] = lambda _item: 1) -> None:
        """Make an empty buffer.

        Args:
            limit: the most it holds, in the unit of ``size``; the newest item is always kept.
            size: what an item counts for; 1 by default.
        """
        self.dropped = 0
        self._limit, self._size = limit, size
        self._items: deque[T] = deque()
        self._held = 0.0
        self._closed = False
        self._changed = asyncio.Event()

    def push(self, item: T) -> None:
        """Add the newest item; after ``close`` it is forgotten at once."""
        if self._closed:
            return
        self._items.append(item)
        self._held += self._size(item)
        while self._held > self._limit and len(self._items) > 1:
            self._held -= self._size(self._items.popleft())
            self.dropped += 1
        self._changed.set()

    def close(self) -> None:
        """No more will come: a reader gets what is left, then the end."""
        self._closed = True
        self._changed.set()

    async def get(self) -> T | None:
        """The oldest item kept; None at the end."""
        while not self._items:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        item = self._items.popleft()
        self._held -= self._size(item)
        return item

    async def __aiter__(self) -> AsyncIterator[T]:
        """Yield items until the end."""
        while (item := await self.get()) is not None:
            yield item
