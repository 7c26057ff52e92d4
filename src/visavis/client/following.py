"""Following a conversation's event log by Server-Sent Events, across lost connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from visavis.errors import ApiUnreachable

if TYPE_CHECKING:
    from visavis.client.api import Client

OVER = "system.shutdown"
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before a lost connection is taken up again, each time longer; then it is given up."""


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
        try:
            async for seq, event in _stream(client, conversation_id, before):
                after, failures = seq, 0
                yield seq, event
                if event["event_type"] == OVER:
                    return
            if after == before and (await client.conversations.get(conversation_id)).status == "ended":
                return
        except ApiUnreachable:
            if failures == len(PAUSES):
                raise
        await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1


async def _stream(client: Client, conversation_id: str, after: int) -> AsyncIterator[Numbered]:
    headers = {"accept": "text/event-stream", "last-event-id": str(after)}
    path = f"/conversations/{conversation_id}/events"
    seq = after
    async with client.stream("GET", path, headers=headers) as response:
        async for line in response.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "id":
                seq = int(value)
            elif field == "data":
                yield seq, json.loads(value)
