"""A conversation's events from a ``seq`` on, so that a dropped connection loses nothing (extension)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from visavis.server import sse
from visavis.server.errors import Refusal
from visavis.server.recorder import SHUTDOWN
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Conversation

After = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=10_000)]

router = APIRouter(tags=["events"], route_class=StrictRoute)


@router.get("/v2/conversations/{conversation_id}/events", response_model=None)
async def events(
    conversation_id: str,
    request: Request,
    services: Injected,
    after: After = 0,
    limit: Limit = 1000,
    stream: bool = False,
    last_event_id: Annotated[str, Header()] = "",
) -> dict[str, Any] | Response:
    """Events with a ``seq`` above ``after``; as Server-Sent Events they go on until the call is over."""
    row = await services.store.conversation(conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    return await _answer(row, request, services, after, limit, stream, last_event_id)


@router.get("/{conversation_id}/events", response_model=None)
async def events_of_room(
    conversation_id: str,
    request: Request,
    services: Injected,
    after: After = 0,
    limit: Limit = 1000,
    stream: bool = False,
    last_event_id: Annotated[str, Header()] = "",
) -> dict[str, Any] | Response:
    """The same for participants: the conversation's id is the key."""
    row = await services.store.conversation(conversation_id)
    if row is None:
        raise Refusal(404, "there is no such conversation")
    return await _answer(row, request, services, after, limit, stream, last_event_id)


@router.get("/v2/conversations/{conversation_id}/log")
async def inputs(conversation_id: str, services: Injected) -> StreamingResponse:
    """The log of inputs as JSON lines: what ``visavis replay`` reads."""
    await services.recorder.flush()
    if await services.store.conversation(conversation_id) is None:
        raise Refusal(400, "Invalid conversation_id")

    async def lines() -> AsyncIterator[str]:
        async for stretch in services.store.inputs(conversation_id):
            yield f"{stretch}\n"

    return StreamingResponse(lines(), media_type="application/jsonl")


async def _answer(
    row: Conversation,
    request: Request,
    services: Services,
    after: int,
    limit: int,
    stream: bool,
    last_event_id: str,
) -> dict[str, Any] | Response:
    if last_event_id.isascii() and last_event_id.isdecimal():
        after = max(after, int(last_event_id[:15]))
    if stream or "text/event-stream" in request.headers.get("accept", ""):
        return sse.response(_follow(row.id, services, after))
    await services.recorder.flush()
    found = await services.store.events(row.id, after, limit)
    return {
        "data": [event for _, event in found],
        "last_seq": found[-1][0] if found else after,
        "status": row.status,
    }


async def _follow(conversation_id: str, services: Services, after: int) -> AsyncIterator[str]:
    """First what is stored, then what happens, each event once: following begins before reading."""
    feed = services.recorder.follow(conversation_id)
    try:
        await services.recorder.flush()
        for seq, event in await services.store.events(conversation_id, after):
            yield _encode(seq, event)
            after = seq
            if event["event_type"] == SHUTDOWN:
                return
        if not services.supervisor.holds(conversation_id):
            return
        async for seq, event in feed:
            if seq > after:
                yield _encode(seq, event)
                after = seq
    finally:
        feed.close()


def _encode(seq: int, event: dict[str, Any]) -> str:
    return sse.encode(json.dumps(event, separators=(",", ":")), event["event_type"], str(seq))
