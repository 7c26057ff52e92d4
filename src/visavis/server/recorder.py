"""Writes what happens in conversations to the store, in order, without anybody waiting for the disk."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from visavis.server.store import Store

MAX_EVENTS = 5000
"""Kept of one conversation; later ones are not recorded, except its shutdown."""

HEARTBEATS = ("system.replica_present", "system.pal_present")

log = structlog.get_logger(__name__)


class Recorder:
    """The supervisor's listener."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: asyncio.Queue[tuple[str, dict[str, Any] | str]] = asyncio.Queue()
        self._kept: Counter[str] = Counter()

    def event(self, conversation_id: str, event: dict[str, Any]) -> None:
        """Keep an event, unless it is a heartbeat or a caption that a later one contains."""
        if not _worth_keeping(event):
            return
        self._kept[conversation_id] += 1
        if self._kept[conversation_id] <= MAX_EVENTS or event["event_type"] == "system.shutdown":
            self._queue.put_nowait((conversation_id, event))

    def ended(self, conversation_id: str, reason: str) -> None:
        """Mark the conversation as ended."""
        self._kept.pop(conversation_id, None)
        self._queue.put_nowait((conversation_id, reason))

    async def flush(self) -> None:
        """Wait until all that was told is written."""
        await self._queue.join()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            batch = [await self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._write(batch)
            except SQLAlchemyError as error:
                log.error("conversation events lost: the database failed", count=len(batch), exc_info=error)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _write(self, batch: list[tuple[str, dict[str, Any] | str]]) -> None:
        events = [(name, what) for name, what in batch if isinstance(what, dict)]
        if events:
            await self._store.add_events(events)
        for name, what in batch:
            if isinstance(what, str):
                await self._store.end_conversation(name, what)


def _worth_keeping(event: dict[str, Any]) -> bool:
    if event["event_type"] in HEARTBEATS:
        return False
    if event["event_type"] == "conversation.utterance.streaming":
        return bool(event["properties"]["final"])
    return True
