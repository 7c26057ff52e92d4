"""Participants who are connected to this server instead of the worker: their frames on the way out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import structlog

MOST_WAITING = 16 * 1024 * 1024
"""Characters that a client may leave unread before it is dropped."""

CLOSED = '{"type":"closed"'

log = structlog.get_logger(__name__)


class SocketRelay:
    """Frames for one socket, in order; implements ``supervisor.Relay``."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = 0
        self._over = False

    def frame(self, text: str) -> None:
        """Send this frame. A client that does not read is dropped; it may come back."""
        if self._over:
            return
        self._waiting += len(text)
        self._queue.put_nowait(text)
        if self._waiting > MOST_WAITING:
            log.warning("a relayed client reads too slowly; it was dropped")
            self._end()
        elif text.startswith(CLOSED):
            self._end()

    def closed(self, reason: str) -> None:
        """The call is over; a worker that died could not say so itself."""
        if not self._over:
            self.frame(json.dumps({"type": "closed", "reason": reason}, separators=(",", ":")))

    async def __aiter__(self) -> AsyncIterator[str]:
        """Frames until the call is over."""
        while (text := await self._queue.get()) is not None:
            self._waiting -= len(text)
            yield text

    def _end(self) -> None:
        self._over = True
        self._queue.put_nowait(None)
