"""Writes what happens in conversations to the store, in order, without anybody waiting for the disk."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from visavis.protocol.events import Shutdown, ShutdownProperties
from visavis.protocol.shutdown import SERVER_CRASHED
from visavis.server.records.feeds import Feed, Feeds
from visavis.server.records.journal import CalledBack, Ended, Forgotten, Happened, Journal, Refused, Told
from visavis.server.store import Store

MAX_EVENTS = 50_000
"""Kept of one conversation, hours of talk; later ones are not recorded, except its shutdown."""
MAX_LOG = 64 * 1024 * 1024
"""Characters of inputs kept of one conversation; echoes of that size are no conversation any more."""
MOST_WAITING = 50_000
"""Of all that waits for the database; more is lost, except that conversations are over."""
MOST_CHARACTERS_WAITING = 64 * 1024 * 1024
"""Of what was said and of inputs among it."""
MOST_AT_ONCE = 2_000
"""Written together; a longer transaction would hold up other writers."""
GATHERING = 0.1
"""Seconds that what is told may wait for more, unless somebody waits for it."""
PATIENCE = 10.0
"""Seconds to wait for a database that is behind."""

UNSEEN = 10_000
"""Numbers left free after a crash: clients may have seen events that were not stored yet, and whoever resumes
behind one of them must be told the end, too."""
SHUTDOWN = "system.shutdown"
HEARTBEATS = ("system.replica_present", "system.pal_present")
SKETCHES = ("conversation.utterance.streaming", "visavis.playback")

log = structlog.get_logger(__name__)


class Recorder:
    """The supervisor's listener.

    Attributes:
        on_ended: called when a conversation is over; ``flush`` then waits until the store knows.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journal = Journal(store)
        self._queue: asyncio.Queue[tuple[str, Told] | asyncio.Future[None]] = asyncio.Queue()
        self._urgent = asyncio.Event()
        self._feeds = Feeds()
        self._kept: Counter[str] = Counter()
        self._log_size: Counter[str] = Counter()
        self._last_seq: dict[str, int | None] = {}
        self._waiting = Waiting()
        self.on_ended: list[Callable[[str], None]] = []
        """Called with each conversation that is over."""

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """Keep an event, unless it is a heartbeat; tell those who follow."""
        over = event["event_type"] == SHUTDOWN
        self._last_seq[conversation_id] = None if over else seq
        self._feeds.put(conversation_id, seq, event)
        if event["event_type"] in HEARTBEATS:
            return
        self._kept[conversation_id] += 1
        if self._kept[conversation_id] <= MAX_EVENTS or over:
            self._put(conversation_id, Happened(seq, event), needed=over)

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """Keep inputs."""
        before = self._log_size[conversation_id]
        self._log_size[conversation_id] += sum(map(len, lines))
        if before < MAX_LOG <= self._log_size[conversation_id]:
            log.warning("a conversation's log of inputs is full")
        if self._log_size[conversation_id] < MAX_LOG:
            self._put(conversation_id, lines)

    def called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Keep a callback, to be posted."""
        self._put(conversation_id, CalledBack(kind, subject, body))

    def ended(self, conversation_id: str, reason: str) -> None:
        """Mark the conversation as ended; if its worker died, the shutdown it could not send is added."""
        self._kept.pop(conversation_id, None)
        self._log_size.pop(conversation_id, None)
        last = self._last_seq.pop(conversation_id, 0)
        if last is not None:
            goodbye = Happened(last + 1, _shutdown(conversation_id, last + 1, reason))
            self._feeds.put(conversation_id, *goodbye)
            self._put(conversation_id, goodbye, needed=True)
        self._feeds.close(conversation_id)
        self._put(conversation_id, Ended(reason), needed=True)
        for tell in self.on_ended:
            tell(conversation_id)

    async def recover(self) -> int:
        """End what a server that crashed left in progress; nothing else runs yet. How many that were."""
        left = await self._store.conversations.active()
        for row in left:
            last = await self._store.logs.last(row.id)
            seq, event = last or (0, {})
            if event.get("event_type") == SHUTDOWN:  # its end was told, and not written
                self._last_seq[row.id] = None
                self.ended(row.id, event["properties"]["shutdown_reason"])
            else:
                self._last_seq[row.id] = seq + UNSEEN
                self.ended(row.id, SERVER_CRASHED)
        return len(left)

    async def forget(self, conversation_id: str) -> None:
        """Remove a conversation, behind all that was told of it; what is told later is dropped."""
        self._put(conversation_id, Forgotten(), needed=True)
        await self.flush()

    def refused(self, conversation_id: str) -> None:
        """Remove one that did not come about; one that has been over since stays."""
        self._put(conversation_id, Refused(), needed=True)

    def follow(self, conversation_id: str) -> Feed:
        """Events from now on, as they happen; to be closed."""
        return self._feeds.open(conversation_id)

    async def flush(self) -> None:
        """Wait until all that was told so far is written, unless the database is away."""
        written = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(written)
        self._urgent.set()
        try:
            async with asyncio.timeout(PATIENCE):
                await written
        except TimeoutError:
            log.warning("the database is behind; going on without what was told last")

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            told, waiters = await self._batch()
            try:
                left = await self._journal.write(told)
            except Exception as error:
                # Whatever one batch meets, the next must be written: the end of other calls is in it.
                log.error("conversation events lost", count=len(told), exc_info=error)
                left = []
            for name, what in left:
                self._put(name, what, needed=True)
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    async def _batch(self) -> tuple[list[tuple[str, Told]], list[asyncio.Future[None]]]:
        """What was told, gathered for a moment: one transaction for each event would cost too much."""
        items = [await self._queue.get()]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHERING):
                await self._urgent.wait()
        while len(items) < MOST_AT_ONCE and not self._queue.empty():
            items.append(self._queue.get_nowait())
        if self._queue.empty():
            self._urgent.clear()
        told = [item for item in items if isinstance(item, tuple)]
        self._waiting.taken(what for _, what in told)
        return told, [item for item in items if isinstance(item, asyncio.Future)]

    def _put(self, conversation_id: str, what: Told, needed: bool = False) -> None:
        if self._waiting.fits(what) or needed:
            self._waiting.came(what)
            self._queue.put_nowait((conversation_id, what))


class Waiting:
    """How much waits for the database, so that one which is away cannot fill the memory."""

    def __init__(self) -> None:
        self._items = 0
        self._characters = 0
        self._full = False

    def fits(self, what: Told) -> bool:
        """Whether it can wait too; that it cannot is logged once until some was written."""
        characters = self._characters + _characters(what)
        full = self._items >= MOST_WAITING or characters > MOST_CHARACTERS_WAITING
        if full and not self._full:
            log.error("the database is too far behind: what is told now is lost", waiting=self._items)
            self._full = True
        return not full

    def came(self, what: Told) -> None:
        """It waits."""
        self._items += 1
        self._characters += _characters(what)

    def taken(self, batch: Iterable[Told]) -> None:
        """They wait no more."""
        self._full = False
        for what in batch:
            self._items -= 1
            self._characters -= _characters(what)


def _characters(what: Told) -> int:
    """About its size: nothing else in it can be long."""
    if isinstance(what, list):
        return sum(map(len, what))
    if isinstance(what, Happened):
        properties = what.event.get("properties") or {}  # some dialects send events without
        return sum(len(value) for value in properties.values() if isinstance(value, str))
    return 0


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
