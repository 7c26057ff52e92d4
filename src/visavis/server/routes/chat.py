"""Being in a conversation without WebRTC, by WebSocket or by SSE and POST (docs/signalling.md; extension)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, WebSocket
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketState

from visavis.errors import CapacityExceeded, UnknownConversation, VisavisError, WorkerLost
from visavis.rooms.webrtc.wire import MAX_FRAME_BYTES, dump
from visavis.server import sse
from visavis.server.errors import Refusal, error_response
from visavis.server.relays import SocketRelay
from visavis.server.services import Injected, Services

GOODBYES = (1000, 1001)
"""Close codes of a client that meant to go (RFC 6455, 7.4.1)."""
TOO_SLOW = 1013
"""Close code for a client that was dropped: try again later."""
CLOSING = 1.0
"""Seconds that ending a socket may take."""
OVER = "there is no such conversation, or it has ended"

Name = Annotated[str, Query(max_length=200)]

router = APIRouter(tags=["chat"])


@router.websocket("/{conversation_id}/chat")
async def socket(
    websocket: WebSocket, conversation_id: str, user_name: Name = "", user_id: Name = ""
) -> None:
    """A participant for as long as the socket is open."""
    services: Services = websocket.app.state.services
    relay = SocketRelay()
    try:
        participant_id = await _join(services, conversation_id, user_id, user_name, relay)
    except Refusal as refusal:
        await websocket.send_denial_response(error_response(refusal.status, refusal.message))
        return
    lost = True
    try:
        await websocket.accept()
        lost = await _converse(websocket, services, conversation_id, participant_id, relay)
    finally:
        await _detach(services, conversation_id, participant_id, lost)


@router.get("/{conversation_id}/chat")
async def stream(
    conversation_id: str, services: Injected, user_name: Name = "", user_id: Name = ""
) -> StreamingResponse:
    """A participant for as long as the stream is open; ``welcome`` says who, and where to send to."""
    relay = SocketRelay()
    participant_id = await _join(services, conversation_id, user_id, user_name, relay)
    secret = services.senders.admit(conversation_id, participant_id)

    async def frames() -> AsyncIterator[str]:
        welcomed = False
        async for frame in relay:
            if not welcomed:  # the room's first frame is `welcome`
                frame = dump(
                    {**json.loads(frame), "send_to": f"{services.prefix}/{conversation_id}/chat/{secret}"}
                )
                welcomed = True
            yield sse.encode(frame)

    async def ended() -> None:
        services.senders.forget(secret)
        await _detach(services, conversation_id, participant_id, lost=True)

    return sse.EventStream(frames(), relay.dropped, ended)


@router.post("/{conversation_id}/chat/{secret}", status_code=202)
async def send(conversation_id: str, secret: str, request: Request, services: Injected) -> Response:
    """Take a frame of the participant who reads the stream that named this address."""
    body = await request.body()
    if len(body) > MAX_FRAME_BYTES:
        raise Refusal(413, f"a frame may have {MAX_FRAME_BYTES} bytes at most")
    participant_id = _sender(services, conversation_id, secret)
    await services.supervisor.relay(conversation_id, participant_id, body.decode("utf-8", "replace"))
    return Response(status_code=202)


@router.delete("/{conversation_id}/chat/{secret}", status_code=204)
async def leave(conversation_id: str, secret: str, services: Injected) -> Response:
    """Let the participant go who reads the stream that named this address; the stream ends."""
    participant_id = _sender(services, conversation_id, secret)
    await services.supervisor.detach(conversation_id, participant_id, lost=False)
    return Response(status_code=204)


def _sender(services: Services, conversation_id: str, secret: str) -> str:
    participant_id = services.senders.find(conversation_id, secret)
    if participant_id is None or not services.supervisor.relays(conversation_id, participant_id):
        raise Refusal(404, "no stream named this address, or it has ended")
    return participant_id


async def _join(
    services: Services, conversation_id: str, user_id: str, user_name: str, relay: SocketRelay
) -> str:
    if "tavus-replica" in user_id:
        raise Refusal(400, "user_id: 'tavus-replica' marks the replica")
    try:
        participant_id = await services.supervisor.attach(conversation_id, user_id, user_name, relay)
    except UnknownConversation:
        raise Refusal(404, OVER) from None
    except CapacityExceeded as error:
        raise Refusal(409, str(error)) from None
    except WorkerLost as error:
        raise Refusal(503, str(error)) from None
    relay.read = partial(services.supervisor.read, conversation_id, participant_id)
    return participant_id


async def _detach(services: Services, conversation_id: str, participant_id: str, lost: bool) -> None:
    with contextlib.suppress(VisavisError):  # the conversation is over
        await services.supervisor.detach(conversation_id, participant_id, lost)


async def _converse(
    websocket: WebSocket, services: Services, conversation_id: str, participant_id: str, relay: SocketRelay
) -> bool:
    """Carry frames both ways until one side ends it; whether the client was lost."""
    sending = asyncio.create_task(_send_all(websocket, relay))
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


async def _send_all(websocket: WebSocket, relay: SocketRelay) -> None:
    async for frame in relay:
        await websocket.send_text(frame)
    if websocket.application_state is WebSocketState.CONNECTED:
        await websocket.close(1000)
