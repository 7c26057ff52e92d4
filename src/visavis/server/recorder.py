"""Writes what happens in conversations to the store, in order, without anybody waiting for the disk."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import structlog

from visavis.protocol.events import Shutdown, ShutdownProperties
from visavis.server.store import Store

MAX_EVENTS = 5000
"""Kept of one conversation; later ones are not recorded, except its shutdown."""

SHUTDOWN = "system.shutdown"
HEARTBEATS = ("system.replica_present", "system.pal_present")

log = structlog.get_logger(__name__)


class Recorder:
    """The supervisor's listener."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: asyncio.Queue[tuple[str, dict[str, Any] | str]] = asyncio.Queue()
        self._kept: Counter[str] = Counter()
        self._last_seq: dict[str, int | None] = {}

    def event(self, conversation_id: str, event: dict[str, Any]) -> None:
        """Keep an event, unless it is a heartbeat or a caption that a later one contains."""
        over = event["event_type"] == SHUTDOWN
        self._last_seq[conversation_id] = None if over else event["seq"]
        if not _worth_keeping(event):
            return
        self._kept[conversation_id] += 1
        if self._kept[conversation_id] <= MAX_EVENTS or over:
            self._queue.put_nowait((conversation_id, event))

    def ended(self, conversation_id: str, reason: str) -> None:
        """Mark the conversation as ended; if its worker died, the shutdown it could not send is added."""
        self._kept.pop(conversation_id, None)
        last = self._last_seq.pop(conversation_id, 0)
        if last is not None:
            self._queue.put_nowait((conversation_id, _shutdown(conversation_id, last + 1, reason)))
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
            except Exception as error:
                # Whatever one batch meets, the next must be written: the end of other calls is in it.
                log.error("conversation events lost", count=len(batch), exc_info=error)
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


def _shutdown(conversation_id: str, seq: int, reason: str) -> dict[str, Any]:
    """The last event of a conversation whose worker died before it could send one."""
    return Shutdown(
        timestamp=time.time(),
        seq=seq,
        conversation_id=conversation_id,
        properties=ShutdownProperties(shutdown_reason=reason, reason=reason),
    ).wire()


def _worth_keeping(event: dict[str, Any]) -> bool:
    if event["event_type"] in HEARTBEATS:
        return False
    if event["event_type"] == "conversation.utterance.streaming":
        return bool(event["properties"]["final"])
    return True
