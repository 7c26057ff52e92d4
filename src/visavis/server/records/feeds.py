"""Events as they happen, for those who follow a conversation from outside the room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog

MOST_WAITING = 5_000
"""Events that a reader may leave unread; one that leaves more is dropped, and can resume from its last."""

Item = tuple[int, dict[str, Any]]

log = structlog.get_logger(__name__)


class Feed:
    """One reader's events, in order."""

    def __init__(self, feeds: Feeds, conversation_id: str) -> None:
        self._feeds, self._conversation_id = feeds, conversation_id
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._dropped = False

    def put(self, item: Item | None) -> None:
        """The next event; None is the end."""
        if self._dropped:
            return
        if self._queue.qsize() >= MOST_WAITING:
            log.warning("a reader of events is too slow; it was dropped")
            self._dropped = True
            item = None
        self._queue.put_nowait(item)

    async def __aiter__(self) -> AsyncIterator[Item]:
        """``(seq, event)`` until the conversation is over or the reader too slow."""
        while (item := await self._queue.get()) is not None:
            yield item

    def close(self) -> None:
        """No more is wanted."""
        self._feeds.forget(self._conversation_id, self)


class Feeds:
    """The readers of all conversations."""

    def __init__(self) -> None:
        self._feeds: dict[str, list[Feed]] = {}

    @property
    def readers(self) -> int:
        """How many there are."""
        return sum(map(len, self._feeds.values()))

    def open(self, conversation_id: str) -> Feed:
        """A new reader."""
        feed = Feed(self, conversation_id)
        self._feeds.setdefault(conversation_id, []).append(feed)
        return feed

    def put(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """An event happened."""
        for feed in self._feeds.get(conversation_id, ()):
            feed.put((seq, event))

    def close(self, conversation_id: str) -> None:
        """The conversation is over."""
        for feed in self._feeds.pop(conversation_id, ()):
            feed.put(None)

    def forget(self, conversation_id: str, feed: Feed) -> None:
        """A reader went."""
        feeds = self._feeds.get(conversation_id, [])
        if feed in feeds:
            feeds.remove(feed)
        if not feeds:
            self._feeds.pop(conversation_id, None)
