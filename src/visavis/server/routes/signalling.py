"""Joining a room (``docs/signalling.md``, after RFC 9725): by its unguessable id, or by a token."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from visavis.errors import CapacityExceeded, UnknownConversation, UnknownParticipant
from visavis.ice import link
from visavis.server.access.gate import check, enter
from visavis.server.access.sessions import Session
from visavis.server.errors import Refusal
from visavis.server.notices import NOTICES
from visavis.server.services import Injected, Services

OFFER = "application/sdp"
CANDIDATES = "application/trickle-ice-sdpfrag"
MAX_SDP = 256 * 1024
"""Bytes of an offer or a fragment; real ones are below 20 KB."""


Name = Annotated[str, Query(max_length=200)]

router = APIRouter(tags=["signalling"])


class SDP(Response):
    """An answer to an offer."""

    media_type = OFFER


@router.post(
    "/{conversation_id}/whip",
    status_code=201,
    response_class=SDP,
    openapi_extra={"requestBody": {"required": True, "content": {OFFER: {"schema": {"type": "string"}}}}},
)
async def join(
    conversation_id: str, request: Request, services: Injected, user_name: Name = "", user_id: Name = ""
) -> Response:
    """Answer a participant's offer; ``Location``, which only they are told, is theirs from then on."""
    offer = await _body(request, OFFER)
    if "tavus-replica" in user_id:
        raise Refusal(400, "user_id: 'tavus-replica' marks the replica")
    _must_be_on(services, conversation_id)
    guest = await enter(request, services, conversation_id)
    try:
        joined = await services.supervisor.join(
            conversation_id, offer, guest.user_id or user_id, guest.user_name or user_name
        )
    except CapacityExceeded as error:
        raise Refusal(409, str(error)) from None
    secret = services.sessions.admit(conversation_id, joined["participant_id"], guest)
    location = f"{services.prefix}/{conversation_id}/whip/{secret}"
    response = SDP(joined["answer"], 201, {"location": location})
    _name_ice_servers(response, services)
    return response


@router.patch(
    "/{conversation_id}/whip/{secret}",
    status_code=204,
    responses={200: {"description": "The answer to an ICE restart.", "content": {CANDIDATES: {}}}},
    openapi_extra={
        "requestBody": {"required": True, "content": {CANDIDATES: {"schema": {"type": "string"}}}}
    },
)
async def add_candidates(conversation_id: str, secret: str, request: Request, services: Injected) -> Response:
    """Take more ICE candidates of a participant in, or restart ICE."""
    fragment = await _body(request, CANDIDATES)
    _must_be_on(services, conversation_id)
    who = _session(services, conversation_id, secret).participant_id
    answer = await services.supervisor.add_candidate(conversation_id, who, fragment)
    return Response(answer, 200, media_type=CANDIDATES) if answer else Response(status_code=204)


@router.delete("/{conversation_id}/whip/{secret}", response_class=Response)
async def leave(conversation_id: str, secret: str, services: Injected) -> Response:
    """Let a participant go."""
    _must_be_on(services, conversation_id)
    who = _session(services, conversation_id, secret).participant_id
    services.sessions.left(conversation_id, secret)
    await services.supervisor.leave(conversation_id, who)
    return Response(status_code=200)


@router.get("/{conversation_id}/status")
async def status(
    conversation_id: str, request: Request, response: Response, services: Injected
) -> dict[str, Any]:
    """What the page needs to know before it joins, and after the connection died.

    How a private conversation ended is told to whoever knows its id: tokens and sessions are over by then.
    """
    row = await services.store.conversations.get(conversation_id)
    if row is None:
        raise Refusal(404, "there is no such conversation")
    if row.status != "ended":
        check(request, services, row)
        _name_ice_servers(response, services)
    notices = row.details.get(NOTICES, {})
    return {
        "status": row.status,
        "replica_name": row.replica_name,
        "persona_name": row.persona_name,
        "audio_only": row.audio_only,
        "captions": row.details.get("captions"),
        "perception": notices.get("perception"),
        "disclosure": notices.get("disclosure"),
        "shutdown_reason": row.shutdown_reason,
    }


def _name_ice_servers(response: Response, services: Services) -> None:
    """One header each (RFC 9725, 4.6)."""
    for server in services.settings.ice_servers:
        response.headers.append("link", link(server.issue(time.time())))


def _must_be_on(services: Services, conversation_id: str) -> None:
    if not services.supervisor.holds(conversation_id):
        raise UnknownConversation("there is no such conversation, or it has ended")


def _session(services: Services, conversation_id: str, secret: str) -> Session:
    session = services.sessions.find(conversation_id, secret)
    if session is None:
        raise UnknownParticipant("nobody ever joined the conversation under this address")
    return session


async def _body(request: Request, media_type: str) -> str:
    """The body as text, of this media type and no other."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != media_type:
        raise Refusal(415, f"Content-Type must be {media_type}")
    body = await request.body()
    if len(body) > MAX_SDP:
        raise Refusal(413, f"the body exceeds {MAX_SDP} bytes")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "the body is not UTF-8") from None
