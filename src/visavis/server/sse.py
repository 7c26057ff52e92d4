"""Server-Sent Events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

QUIET = 15.0
"""Seconds without an event after which a comment keeps proxies from hanging up."""
LINGER = 2.0
"""Seconds that a client who was dropped has to take what was on its way."""


def encode(data: str, event: str = "", id: str = "") -> str:
    """One event; ``data`` is one line, as JSON is."""
    named = f"event: {event}\n" if event else ""
    numbered = f"id: {id}\n" if id else ""
    return f"{numbered}{named}data: {data}\n\n"


class EventStream(StreamingResponse):
    """A stream of encoded events, with a sign of life while there are none.

    Args:
        events: each by ``encode``.
        dropped: ends the stream when it is set, also while the client does not read.
        ended: called once, however it ends.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[str],
        dropped: asyncio.Event | None = None,
        ended: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(_alive(events), headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._dropped, self._ended = dropped or asyncio.Event(), ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._ended is not None:
                await self._ended()

    async def stream_response(self, send: Send) -> None:
        """Send until there is no more, or the client is dropped."""
        sending = asyncio.create_task(super().stream_response(send))
        dropped = asyncio.create_task(self._dropped.wait())
        try:
            await asyncio.wait({sending, dropped}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({sending}, timeout=LINGER)
            if sending.done():
                await sending
        finally:
            sending.cancel()
            dropped.cancel()
            await asyncio.gather(sending, dropped, return_exceptions=True)


async def _alive(events: AsyncIterator[str]) -> AsyncIterator[str]:
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait([coming], timeout=QUIET)
            if not done:
                yield ": still here\n\n"
                continue
            item = coming.result()
            if item is None:
                return
            yield item
            coming = asyncio.ensure_future(anext(events, None))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        if hasattr(events, "aclose"):
            await events.aclose()
