"""Following a conversation's event log by Server-Sent Events, across lost connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from visavis.errors import ApiError, ApiUnreachable

if TYPE_CHECKING:
    from visavis.client.api import Client

OVER = "system.shutdown"
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before a lost connection is taken up again, each time longer; then it is given up."""
IDLE = 1.0
"""Seconds before a stream is opened again that ended in peace while the call goes on."""
AWAY = (502, 503, 504)
"""What proxies, and servers that begin or end, answer for one that is not there."""

Numbered = tuple[int, dict[str, Any]]
"""A ``seq`` and its event."""


async def follow(client: Client, conversation_id: str, after: int) -> AsyncIterator[Numbered]:
    """Each event above ``after`` with its ``seq``, once, until the call is over.

    Raises:
        ApiError: the server refuses.
        ApiUnreachable: it did not answer for half a minute.
    """
    failures = 0
    while True:
        before = after
        pause = IDLE
        try:
            headers = {"accept": "text/event-stream", "last-event-id": str(after)}
            path = f"/conversations/{conversation_id}/events"
            async with client.stream("GET", path, headers=headers) as response:
                failures = 0
                async for seq, event in _events(response.aiter_text(), after):
                    after = seq
                    yield seq, event
                    if event["event_type"] == OVER:
                        return
            if after == before and (await client.conversations.get(conversation_id)).status == "ended":
                return
        except (ApiUnreachable, ApiError) as error:
            if isinstance(error, ApiError) and error.status not in AWAY:
                raise
            if failures >= len(PAUSES):
                raise
            pause = PAUSES[failures]
            failures += 1
        await asyncio.sleep(pause)


async def _events(chunks: AsyncIterator[str], seq: int) -> AsyncIterator[Numbered]:
    """The numbered events of a stream, whose lines end with a line feed and nothing else."""
    rest = ""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split("\n")
        for line in lines:
            field, _, value = line.partition(": ")
            if field == "id":
                seq = int(value)
            elif field == "data":
                yield seq, json.loads(value)
