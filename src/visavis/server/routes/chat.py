"""Being in a conversation without WebRTC, by WebSocket or by SSE and POST (docs/signalling.md; extension)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, WebSocket, WebSocketDisconnect
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketState

from visavis.errors import CapacityExceeded, UnknownConversation, VisavisError
from visavis.rooms.webrtc.wire import MAX_FRAME_BYTES, dump
from visavis.server import sse
from visavis.server.errors import Refusal, error_response
from visavis.server.relays import SocketRelay
from visavis.server.services import Injected, Services

GOODBYES = (1000, 1001)
"""Close codes of a client that meant to go (RFC 6455, 7.4.1)."""
OVER = "there is no such conversation, or it has ended"
TOO_LARGE = f"a frame may have {MAX_FRAME_BYTES} bytes at most"

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
        with contextlib.suppress(VisavisError):  # the conversation is over
            await services.supervisor.detach(conversation_id, participant_id, lost)


@router.get("/{conversation_id}/chat")
async def stream(
    conversation_id: str, services: Injected, user_name: Name = "", user_id: Name = ""
) -> StreamingResponse:
    """A participant for as long as the stream is open; the first frame, ``welcome``, names it."""
    relay = SocketRelay()
    participant_id = await _join(services, conversation_id, user_id, user_name, relay)

    async def frames() -> AsyncIterator[str]:
        try:
            async for frame in relay:
                yield sse.encode(frame)
        finally:
            with contextlib.suppress(VisavisError):  # the conversation is over
                await services.supervisor.detach(conversation_id, participant_id, lost=True)

    return sse.response(frames())


@router.post("/{conversation_id}/chat/{participant_id}", status_code=202)
async def send(conversation_id: str, participant_id: str, request: Request, services: Injected) -> Response:
    """Take a frame of a participant who reads the stream."""
    body = await request.body()
    if len(body) > MAX_FRAME_BYTES:
        raise Refusal(413, TOO_LARGE)
    if not services.supervisor.relays(conversation_id, participant_id):
        raise Refusal(404, "no such participant, or the conversation has ended")
    await services.supervisor.relay(conversation_id, participant_id, body.decode("utf-8", "replace"))
    return Response(status_code=202)


@router.delete("/{conversation_id}/chat/{participant_id}", status_code=204)
async def leave(conversation_id: str, participant_id: str, services: Injected) -> Response:
    """Let a participant who reads the stream go; the stream ends."""
    if not services.supervisor.relays(conversation_id, participant_id):
        raise Refusal(404, "no such participant, or the conversation has ended")
    await services.supervisor.detach(conversation_id, participant_id, lost=False)
    return Response(status_code=204)


async def _join(
    services: Services, conversation_id: str, user_id: str, user_name: str, relay: SocketRelay
) -> str:
    if "tavus-replica" in user_id:
        raise Refusal(400, "user_id: 'tavus-replica' marks the replica")
    try:
        return await services.supervisor.attach(conversation_id, user_id, user_name, relay)
    except UnknownConversation:
        raise Refusal(404, OVER) from None
    except CapacityExceeded as error:
        raise Refusal(409, str(error)) from None


async def _converse(
    websocket: WebSocket, services: Services, conversation_id: str, participant_id: str, relay: SocketRelay
) -> bool:
    """Carry frames both ways until one side ends it; whether the client was lost."""
    sending = asyncio.create_task(_send_all(websocket, relay))
    try:
        while True:
            frame = await websocket.receive_text()
            if len(frame) > MAX_FRAME_BYTES:
                relay.frame(dump({"type": "error", "message": TOO_LARGE}))
            else:
                await services.supervisor.relay(conversation_id, participant_id, frame)
    except WebSocketDisconnect as gone:
        return gone.code not in GOODBYES
    except VisavisError:
        await asyncio.wait([sending], timeout=1.0)
        return False
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _send_all(websocket: WebSocket, relay: SocketRelay) -> None:
    async for frame in relay:
        await websocket.send_text(frame)
    if websocket.application_state is WebSocketState.CONNECTED:
        await websocket.close(1000)
