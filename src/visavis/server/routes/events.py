"""A conversation's events from a ``seq`` on, so that a dropped connection loses nothing (extension)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from visavis.server import sse
from visavis.server.access.gate import check
from visavis.server.errors import Refusal
from visavis.server.records.recorder import SHUTDOWN
from visavis.server.routes.eventpages import EventList, encode
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Conversation

MAX_SEQ = 2**31 - 1
"""What every database takes for one; no conversation gets as far."""

After = Annotated[int, Query(ge=0, le=MAX_SEQ)]
Limit = Annotated[int, Query(ge=1, le=10_000)]

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}, "text/event-stream": {}}},
    204: {"description": "The stream is over, and there is nothing left to say."},
}
"""For the API's description."""

router = APIRouter(tags=["events"], route_class=StrictRoute)


class JSONLines(StreamingResponse):
    """JSON, one value a line."""

    media_type = "application/jsonl"


@router.get("/v2/conversations/{conversation_id}/events", response_model=None, responses=ANSWERS)
async def events(
    conversation_id: str,
    request: Request,
    services: Injected,
    after: After = 0,
    limit: Limit = 1000,
    stream: bool = False,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """Events with a ``seq`` above ``after``; as Server-Sent Events they go on until the call is over."""
    row = await _find(services, conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    return await _answer(row, request, services, after, limit, stream, last_event_id)


@router.get("/{conversation_id}/events", response_model=None, responses=ANSWERS)
async def events_of_room(
    conversation_id: str,
    request: Request,
    services: Injected,
    after: After = 0,
    limit: Limit = 1000,
    stream: bool = False,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """The same for participants: the conversation's id is the key, and a private one's token."""
    row = await _find(services, conversation_id)
    if row is None:
        raise Refusal(404, "there is no such conversation")
    check(request, services, row)
    return await _answer(row, request, services, after, limit, stream, last_event_id)


@router.get("/v2/conversations/{conversation_id}/log", response_class=JSONLines)
async def inputs(conversation_id: str, services: Injected) -> StreamingResponse:
    """The log of inputs as JSON lines: what ``visavis replay`` reads."""
    if await _find(services, conversation_id) is None:
        raise Refusal(400, "Invalid conversation_id")

    async def lines() -> AsyncIterator[str]:
        async for stretch in services.store.logs.inputs(conversation_id):
            yield f"{stretch}\n"

    return JSONLines(lines())


async def _find(services: Services, conversation_id: str) -> Conversation | None:
    """The conversation, with all that was told of it so far."""
    await services.recorder.flush()
    return await services.store.conversations.get(conversation_id)


async def _answer(
    row: Conversation,
    request: Request,
    services: Services,
    after: int,
    limit: int,
    stream: bool,
    last_event_id: str,
) -> Response:
    if last_event_id.isascii() and last_event_id.isdecimal():
        after = max(after, min(int(last_event_id[:15]), MAX_SEQ))
    if stream or "text/event-stream" in request.headers.get("accept", ""):
        if row.status == "ended" and not await services.store.logs.events(row.id, after, 1):
            return Response(status_code=204)  # tells an EventSource to ask no more
        return sse.EventStream(_follow(row.id, services, after))
    events = EventList()
    await events.read(services.store.logs.event_pages(row.id, after, limit))
    last = after if events.last_seq is None else events.last_seq
    return events.answer("data", last_seq=last, status=row.status)


async def _follow(conversation_id: str, services: Services, after: int) -> AsyncIterator[str]:
    """First what is stored, then what happens, each event once: following begins before reading."""
    feed = services.recorder.follow(conversation_id)
    on = services.supervisor.holds(conversation_id)  # then the feed will have its end, however soon it comes
    try:
        await services.recorder.flush()
        async for page in services.store.logs.event_pages(conversation_id, after):
            for seq, event in page:
                yield _encode(seq, event)
                after = seq
                if event["event_type"] == SHUTDOWN:
                    return
        if not on:
            return
        async for seq, event in feed:
            if seq > after:
                yield _encode(seq, event)
                after = seq
    finally:
        feed.close()


def _encode(seq: int, event: dict[str, Any]) -> str:
    return sse.encode(encode(event), event["event_type"], str(seq))
