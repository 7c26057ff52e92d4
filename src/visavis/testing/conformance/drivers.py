"""Ways into a conversation: each brings a participant who sends, receives, and perhaps hears and sees."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import numpy as np
import websockets
from numpy.typing import NDArray

from visavis.client.call import Call
from visavis.errors import SignallingError
from visavis.rooms.base import PLAYOUT_RATE, ParticipantJoined
from visavis.testing.conformance.daily_rooms import daily
from visavis.testing.conformance.seats import NAME, Invitation, Join, Seat, Soundless
from visavis.testing.conformance.voice import Microphone

DriverName = Literal["webrtc", "chat", "daily"]


class Socket(Soundless):
    """A WebSocket at ``/{conversation_id}/chat``."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        await self._socket.send(json.dumps({"to": "*", "data": message}))


@asynccontextmanager
async def chat(invitation: Invitation) -> AsyncIterator[Seat]:
    """Join by WebSocket (docs/signalling.md)."""
    address = f"{invitation.url.replace('http', 'ws', 1)}/chat?user_name={NAME}"
    headers = {"Authorization": f"Bearer {invitation.token}"} if invitation.token else None
    async with websockets.connect(address, max_size=None, proxy=None, additional_headers=headers) as socket:

        async def read() -> None:
            with contextlib.suppress(websockets.ConnectionClosed):
                async for frame in socket:
                    _take(frame, invitation)

        reading = asyncio.create_task(read())
        try:
            yield Socket(socket)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


def _take(frame: str | bytes, invitation: Invitation) -> None:
    try:
        message = json.loads(frame)
    except ValueError:
        return  # the case says what it missed
    if not isinstance(message, dict):
        return
    if "data" in message:
        invitation.on_message(message["data"])
    elif message.get("type") == "participant-joined" or len(message.get("participants") or ()) > 1:
        invitation.on_participant()


class Peer:
    """A WebRTC peer of our own client. What it hears and sees is always what comes from now on."""

    def __init__(self, call: Call, microphone: Microphone) -> None:
        self._call, self._microphone = call, microphone

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        await self._call.send(message)

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Say it into the room."""
        await self._microphone.play(sound)

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice."""
        asked, chunks = time.monotonic(), list[NDArray[np.int16]]()
        async for chunk in self._call.audio():
            if chunk.received_at >= asked:
                chunks.append(chunk.samples)
            if sum(map(len, chunks)) >= seconds * PLAYOUT_RATE:
                return np.concatenate(chunks)
        raise SignallingError("the call was over while it was listened to")

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The replica's picture."""
        asked, pictures = time.monotonic(), list[NDArray[np.uint8]]()
        async for picture in self._call.video():
            if picture.received_at >= asked:
                pictures.append(_luma(picture.frame))
            if len(pictures) == count:
                return pictures
        raise SignallingError("the call was over while it was looked at")


def _luma(frame: Any) -> NDArray[np.uint8]:
    planes = frame.to_ndarray(format="yuv420p")
    return np.asarray(planes[: planes.shape[0] * 2 // 3], np.uint8)


@asynccontextmanager
async def webrtc(invitation: Invitation) -> AsyncIterator[Seat]:
    """Join by WebRTC (docs/signalling.md)."""
    microphone = Microphone()
    room = Call.join(
        invitation.url,
        user_name=NAME,
        microphone=microphone if "speech" in invitation.media else None,
        receive_audio="audio" in invitation.media,
        receive_video="video" in invitation.media,
        token=invitation.token or None,
    )
    async with room as call:
        if len(call.participants) > 1:
            invitation.on_participant()

        async def read() -> None:
            async for message in call.messages():
                invitation.on_message(message.data)

        async def meet() -> None:
            async for event in call.events():
                if isinstance(event, ParticipantJoined):
                    invitation.on_participant()

        following = [asyncio.create_task(work()) for work in (read, meet)]
        try:
            yield Peer(call, microphone)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)


DRIVERS: dict[str, Join] = {"webrtc": webrtc, "chat": chat, "daily": daily}
"""By name."""

ABILITIES: dict[str, frozenset[str]] = {
    "webrtc": frozenset({"voice", "speech", "audio", "video"}),
    "chat": frozenset({"voice"}),
    "daily": frozenset({"voice", "speech", "audio", "video"}),
}
"""What each can do: ``voice`` means the events of a replica's speech; ``speech`` is a user's; ``audio`` and
``video`` are looked into."""
