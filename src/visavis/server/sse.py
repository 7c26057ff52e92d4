"""Server-Sent Events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

QUIET = 15.0
"""Seconds without an event after which a comment keeps proxies from hanging up."""


def encode(data: str, event: str = "", id: str = "") -> str:
    """One event; ``data`` is one line, as JSON is."""
    named = f"event: {event}\n" if event else ""
    numbered = f"id: {id}\n" if id else ""
    return f"{numbered}{named}data: {data}\n\n"


def response(events: AsyncIterator[str]) -> StreamingResponse:
    """A stream of encoded events, with a sign of life while there are none."""
    return StreamingResponse(
        _alive(events),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


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
