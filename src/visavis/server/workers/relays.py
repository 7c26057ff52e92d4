"""Participants who are connected to this server instead of the worker: their frames on the way out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import structlog

from visavis.rooms.webrtc.wire import size

MOST_WAITING = 8 * 1024 * 1024
"""Bytes that a client may leave unread before it is dropped (docs/signalling.md)."""
ACKNOWLEDGED = 64 * 1024
"""Bytes read before the room is told of them."""

CLOSED = '{"type":"closed"'

log = structlog.get_logger(__name__)


class Relay(Protocol):
    """The socket of a participant whose frames this server relays."""

    def frame(self, text: str) -> bool:
        """Send this frame to them; must not block.

        Returns:
            False when they read too slowly to be kept.
        """
        ...

    def closed(self, reason: str) -> None:
        """The call is over; said once, and nothing follows."""
        ...


class Relays:
    """Those of all conversations."""

    def __init__(self) -> None:
        self._relays: dict[str, dict[str, Relay]] = {}

    def add(self, conversation_id: str, participant_id: str, relay: Relay) -> None:
        """Somebody came."""
        self._relays.setdefault(conversation_id, {})[participant_id] = relay

    def find(self, conversation_id: str, participant_id: str) -> Relay | None:
        """A participant's."""
        return self._relays.get(conversation_id, {}).get(participant_id)

    def remove(self, conversation_id: str, participant_id: str) -> Relay | None:
        """Somebody went; theirs, unless they had gone before."""
        relays = self._relays.get(conversation_id, {})
        relay = relays.pop(participant_id, None)
        if not relays:
            self._relays.pop(conversation_id, None)
        return relay

    def close(self, conversation_id: str, reason: str) -> None:
        """A conversation is over."""
        for relay in self._relays.pop(conversation_id, {}).values():
            relay.closed(reason)


class SocketRelay:
    """Frames for one socket, in order.

    Attributes:
        dropped: set once the client has left too much unread; nothing more is for it.
        read: told how many bytes of frames the socket has taken, now and then.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = 0
        self._taken = 0
        self._over = False
        self.dropped = asyncio.Event()
        self.read: Callable[[int], None] = lambda _: None

    def frame(self, text: str) -> bool:
        """Send this frame. A client that does not read is dropped; it may come back."""
        if self._over:
            return True
        self._waiting += size(text)
        if self._waiting > MOST_WAITING:
            self._drop()
            return False
        self._queue.put_nowait(text)
        if text.startswith(CLOSED):
            self._end()
        return True

    def closed(self, reason: str) -> None:
        """The call is over; a worker that died could not say so itself."""
        self.frame(json.dumps({"type": "closed", "reason": reason}, separators=(",", ":")))

    async def __aiter__(self) -> AsyncIterator[str]:
        """Frames until the call is over; each counts as read when the next one is asked for."""
        while (text := await self._queue.get()) is not None:
            yield text
            self._waiting -= size(text)
            self._taken += size(text)
            if self._taken >= ACKNOWLEDGED:
                self.read(self._taken)
                self._taken = 0

    def _drop(self) -> None:
        log.warning("a relayed client reads too slowly; it was dropped")
        while not self._queue.empty():
            self._queue.get_nowait()
        self._end()
        self.dropped.set()

    def _end(self) -> None:
        self._over = True
        self._queue.put_nowait(None)
