"""Sends events to the room, in order, without holding the core up."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from visavis.errors import MessageTooLarge
from visavis.rooms.base import Room

log = structlog.get_logger(__name__)


class Outbox:
    """A queue of events on their way to everyone in the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, event: dict[str, Any]) -> None:
        """Send this after what was put before."""
        self._queue.put_nowait(event)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            event = await self._queue.get()
            try:
                await self._room.send_app_message(event)
            except (MessageTooLarge, ValueError) as error:
                # A layer's numbers may be none (NaN), which JSON cannot say: one event is lost, not the call.
                log.error("event not sent", event_type=event["event_type"], reason=str(error))
            finally:
                self._queue.task_done()

    async def flush(self, seconds: float = 1.0) -> None:
        """Wait until all is sent, but no longer than this."""
        try:
            await asyncio.wait_for(self._queue.join(), seconds)
        except TimeoutError:
            log.warning("events not sent in time", count=self._queue.qsize())
