"""Writes what happens in conversations to the store, in order, without anybody waiting for the disk."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any, NamedTuple

import structlog

from visavis.protocol.events import Shutdown, ShutdownProperties
from visavis.server.feeds import Feed, Feeds
from visavis.server.store import Store

MAX_EVENTS = 50_000
"""Kept of one conversation, hours of talk; later ones are not recorded, except its shutdown."""
MAX_LOG = 64 * 1024 * 1024
"""Characters of inputs kept of one conversation; echoes of that size are no conversation any more."""

SHUTDOWN = "system.shutdown"
HEARTBEATS = ("system.replica_present", "system.pal_present")
SKETCHES = ("conversation.utterance.streaming", "visavis.playback")

log = structlog.get_logger(__name__)


class Happened(NamedTuple):
    """An event, and its number in the conversation."""

    seq: int
    event: dict[str, Any]


class Ended(NamedTuple):
    """A conversation is over."""

    reason: str


Told = Happened | list[str] | Ended


class Recorder:
    """The supervisor's listener."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: asyncio.Queue[tuple[str, Told]] = asyncio.Queue()
        self._feeds = Feeds()
        self._kept: Counter[str] = Counter()
        self._log_size: Counter[str] = Counter()
        self._last_seq: dict[str, int | None] = {}

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """Keep an event, unless it is a heartbeat; tell those who follow."""
        over = event["event_type"] == SHUTDOWN
        self._last_seq[conversation_id] = None if over else seq
        self._feeds.put(conversation_id, seq, event)
        if event["event_type"] in HEARTBEATS:
            return
        self._kept[conversation_id] += 1
        if self._kept[conversation_id] <= MAX_EVENTS or over:
            self._queue.put_nowait((conversation_id, Happened(seq, event)))

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """Keep inputs."""
        before = self._log_size[conversation_id]
        self._log_size[conversation_id] += sum(map(len, lines))
        if before < MAX_LOG <= self._log_size[conversation_id]:
            log.warning("a conversation's log of inputs is full")
        if self._log_size[conversation_id] < MAX_LOG:
            self._queue.put_nowait((conversation_id, lines))

    def ended(self, conversation_id: str, reason: str) -> None:
        """Mark the conversation as ended; if its worker died, the shutdown it could not send is added."""
        self._kept.pop(conversation_id, None)
        self._log_size.pop(conversation_id, None)
        last = self._last_seq.pop(conversation_id, 0)
        if last is not None:
            goodbye = Happened(last + 1, _shutdown(conversation_id, last + 1, reason))
            self._feeds.put(conversation_id, *goodbye)
            self._queue.put_nowait((conversation_id, goodbye))
        self._feeds.close(conversation_id)
        self._queue.put_nowait((conversation_id, Ended(reason)))

    def follow(self, conversation_id: str) -> Feed:
        """Events from now on, as they happen; to be closed."""
        return self._feeds.open(conversation_id)

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

    async def _write(self, batch: list[tuple[str, Told]]) -> None:
        events = [(name, *what) for name, what in batch if isinstance(what, Happened)]
        if events:
            await self._store.add_events(events)
        inputs: dict[str, list[str]] = {}
        for name, what in batch:
            if isinstance(what, list):
                inputs.setdefault(name, []).extend(what)
        if inputs:
            await self._store.add_inputs(inputs)
        for name, what in batch:
            if isinstance(what, Ended):
                await self._store.end_conversation(name, what.reason)


def is_sketch(event: dict[str, Any]) -> bool:
    """Whether a later event says the same and more: captions that grow, positions of playback."""
    return event["event_type"] in SKETCHES and not event["properties"].get("final")


def _shutdown(conversation_id: str, seq: int, reason: str) -> dict[str, Any]:
    """The last event of a conversation whose worker died before it could send one."""
    return Shutdown(
        timestamp=time.time(),
        seq=seq,
        conversation_id=conversation_id,
        properties=ShutdownProperties(shutdown_reason=reason, reason=reason),
    ).wire()
