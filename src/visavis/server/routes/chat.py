"""Being in a conversation without WebRTC, by WebSocket or by SSE and POST (docs/signalling.md; extension)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, WebSocket
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketState

from visavis.errors import CapacityExceeded, UnknownConversation, VisavisError, WorkerLost
from visavis.rooms.webrtc.wire import MAX_FRAME_BYTES, dump
from visavis.server import sse
from visavis.server.access.gate import enter
from visavis.server.access.guard import address_of
from visavis.server.access.limits import TOO_MANY
from visavis.server.errors import Refusal, error_response
from visavis.server.services import Injected, Services
from visavis.server.wellformed import HEAD_ONLY
from visavis.server.workers.relays import SocketRelay

GOODBYES = (1000, 1001)
"""Close codes of a client that meant to go (RFC 6455, 7.4.1)."""
TOO_SLOW = 1013
"""Close code for a client that was dropped: try again later."""
CLOSING = 1.0
"""Seconds that ending a socket may take."""
OVER = "there is no such conversation, or it has ended"

Name = Annotated[str, Query(max_length=200)]

STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
"""For the API's description."""

router = APIRouter(tags=["chat"])


@router.websocket("/{conversation_id}/chat")
async def socket(
    websocket: WebSocket, conversation_id: str, user_name: Name = "", user_id: Name = ""
) -> None:
    """A participant for as long as the socket is open."""
    services: Services = websocket.app.state.services
    relay = SocketRelay()
    try:
        participant_id, secret = await _join(websocket, services, conversation_id, user_id, user_name, relay)
    except Refusal as refusal:
        denial = error_response(refusal.status, refusal.message, refusal.headers)
        await websocket.send_denial_response(denial)
        return
    lost = True
    try:
        await websocket.accept()
        frames = _welcoming(relay, resume=secret)
        lost = await _converse(websocket, services, conversation_id, participant_id, relay, frames)
        # Once the call is over everybody closes; that is no goodbye.
        if not lost and services.supervisor.relays(conversation_id, participant_id):
            services.sessions.left(conversation_id, secret)
    finally:
        await _detach(services, conversation_id, participant_id, lost)


@router.get(
    "/{conversation_id}/chat", response_class=StreamingResponse, response_model=None, responses=STREAM
)
async def stream(
    conversation_id: str, request: Request, services: Injected, user_name: Name = "", user_id: Name = ""
) -> Response:
    """A participant for as long as the stream is open; ``welcome`` says who, and where to send to."""
    if request.scope.get(HEAD_ONLY):
        await enter(request, services, conversation_id)
        if not services.supervisor.holds(conversation_id):
            raise Refusal(404, OVER)
        return Response(media_type=sse.EventStream.media_type)
    relay = SocketRelay()
    participant_id, secret = await _join(request, services, conversation_id, user_id, user_name, relay)
    send_to = f"{services.prefix}/{conversation_id}/chat/{secret}"

    async def frames() -> AsyncIterator[str]:
        async for frame in _welcoming(relay, resume=secret, send_to=send_to):
            yield sse.encode(frame)

    async def ended() -> None:
        await _detach(services, conversation_id, participant_id, lost=True)

    return sse.EventStream(frames(), relay.dropped, ended)


@router.post("/{conversation_id}/chat/{secret}", status_code=202)
async def send(conversation_id: str, secret: str, request: Request, services: Injected) -> Response:
    """Take a frame of the participant who reads the stream that named this address."""
    body = await request.body()
    if len(body) > MAX_FRAME_BYTES:
        raise Refusal(413, f"a frame may have {MAX_FRAME_BYTES} bytes at most")
    participant_id = _sender(request, services, conversation_id, secret)
    if wait := services.limits.frames.take(participant_id):
        raise Refusal(429, TOO_MANY, {"retry-after": str(wait)})
    await services.supervisor.relay(conversation_id, participant_id, body.decode("utf-8", "replace"))
    return Response(status_code=202)


@router.delete("/{conversation_id}/chat/{secret}", status_code=204)
async def leave(conversation_id: str, secret: str, request: Request, services: Injected) -> Response:
    """Let the participant go who reads the stream that named this address; the stream ends."""
    participant_id = _sender(request, services, conversation_id, secret)
    services.sessions.left(conversation_id, secret)
    await services.supervisor.detach(conversation_id, participant_id, lost=False)
    return Response(status_code=204)


async def _welcoming(relay: SocketRelay, **more: str) -> AsyncIterator[str]:
    """A participant's frames; the first, the room's ``welcome``, tells them more than others may know."""
    welcomed = False
    async for frame in relay:
        yield frame if welcomed else dump({**json.loads(frame), **more})
        welcomed = True


def _sender(request: Request, services: Services, conversation_id: str, secret: str) -> str:
    """Who reads the stream that named this address; guesses are counted by the address they come from."""
    session = services.sessions.find(conversation_id, secret)
    if session is not None and services.supervisor.relays(conversation_id, session.participant_id):
        return session.participant_id
    if wait := services.limits.join.take(address_of(request.scope)):
        raise Refusal(429, TOO_MANY, {"retry-after": str(wait)})
    raise Refusal(404, "no stream named this address, or it has ended")


async def _join(
    connection: HTTPConnection,
    services: Services,
    conversation_id: str,
    user_id: str,
    user_name: str,
    relay: SocketRelay,
) -> tuple[str, str]:
    """Let somebody in: their participant id, and the secret of their session."""
    if "tavus-replica" in user_id:
        raise Refusal(400, "user_id: 'tavus-replica' marks the replica")
    guest = await enter(connection, services, conversation_id)
    try:
        participant_id = await services.supervisor.attach(
            conversation_id, guest.user_id or user_id, guest.user_name or user_name, relay
        )
    except UnknownConversation:
        raise Refusal(404, OVER) from None
    except CapacityExceeded as error:
        raise Refusal(409, str(error)) from None
    except WorkerLost as error:
        raise Refusal(503, str(error)) from None
    relay.read = partial(services.supervisor.read, conversation_id, participant_id)
    return participant_id, services.sessions.admit(conversation_id, participant_id, guest)


async def _detach(services: Services, conversation_id: str, participant_id: str, lost: bool) -> None:
    with contextlib.suppress(VisavisError):  # the conversation is over
        await services.supervisor.detach(conversation_id, participant_id, lost)


async def _converse(
    websocket: WebSocket,
    services: Services,
    conversation_id: str,
    participant_id: str,
    relay: SocketRelay,
    frames: AsyncIterator[str],
) -> bool:
    """Carry frames both ways until one side ends it; whether the client was lost."""
    sending = asyncio.create_task(_send_all(websocket, frames))
    receiving = asyncio.create_task(_receive_all(websocket, services, conversation_id, participant_id))
    dropped = asyncio.create_task(relay.dropped.wait())
    try:
        await asyncio.wait({receiving, dropped}, return_when=asyncio.FIRST_COMPLETED)
        if not receiving.done():
            sending.cancel()
            with contextlib.suppress(TimeoutError, RuntimeError):  # it does not read, or has gone meanwhile
                async with asyncio.timeout(CLOSING):
                    await websocket.close(TOO_SLOW)
            return True
        try:
            return receiving.result() not in GOODBYES
        except VisavisError:
            await asyncio.wait([sending], timeout=CLOSING)
            return False
    finally:
        tasks = (sending, receiving, dropped)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _receive_all(
    websocket: WebSocket, services: Services, conversation_id: str, participant_id: str
) -> int:
    """Pass frames on until the client closes; with which code.

    Raises:
        VisavisError: nobody takes them any more.
    """
    while (message := await websocket.receive())["type"] == "websocket.receive":
        # Whatever is wrong with a frame, bytes included, is for the room to answer.
        await services.supervisor.relay(conversation_id, participant_id, message.get("text"))
    return int(message.get("code") or 1005)


async def _send_all(websocket: WebSocket, frames: AsyncIterator[str]) -> None:
    async for frame in frames:
        await websocket.send_text(frame)
    if websocket.application_state is WebSocketState.CONNECTED:
        await websocket.close(1000)
