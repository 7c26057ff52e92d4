"""Ways into a conversation: each brings a participant who sends, receives, and perhaps hears and sees."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal, Protocol

import numpy as np
import websockets
from numpy.typing import NDArray

from visavis.client.call import Call
from visavis.errors import SignallingError
from visavis.rooms.base import PLAYOUT_RATE
from visavis.testing.conformance.daily_driver import daily
from visavis.testing.conformance.model import Need
from visavis.testing.conformance.voice import Microphone

DriverName = Literal["webrtc", "chat", "daily"]
OnMessage = Callable[[Any], None]


class Seat(Protocol):
    """A participant's place in a call."""

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        ...

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Say this (mono, 48 kHz) and return when it has been said."""
        ...

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice of the next ``seconds``: mono, 48 kHz."""
        ...

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The luma of the next ``count`` pictures, each of shape (height, width)."""
        ...


Join = Callable[[str, OnMessage, Collection[Need]], AbstractAsyncContextManager[Seat]]
"""Takes a ``conversation_url``, who is told each app message, and which media the case needs; the seat is
left at the end."""


class Soundless:
    """The half of a seat that has no media."""

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Never."""
        raise SignallingError("this driver carries no sound")

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """Never."""
        raise SignallingError("this driver carries no sound")

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """Never."""
        raise SignallingError("this driver carries no picture")


class Socket(Soundless):
    """A WebSocket at ``/{conversation_id}/chat``."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        await self._socket.send(json.dumps({"to": "*", "data": message}))


@asynccontextmanager
async def chat(url: str, on_message: OnMessage, media: Collection[Need]) -> AsyncIterator[Seat]:
    """Join by WebSocket (docs/signalling.md)."""
    address = f"{url.replace('http', 'ws', 1)}/chat?user_name=conformance"
    async with websockets.connect(address, max_size=None, proxy=None) as socket:

        async def read() -> None:
            with contextlib.suppress(websockets.ConnectionClosed):
                async for frame in socket:
                    message = json.loads(frame)
                    if "data" in message:
                        on_message(message["data"])

        reading = asyncio.create_task(read())
        try:
            yield Socket(socket)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


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
async def webrtc(url: str, on_message: OnMessage, media: Collection[Need]) -> AsyncIterator[Seat]:
    """Join by WebRTC (docs/signalling.md)."""
    microphone = Microphone()
    room = Call.join(
        url,
        user_name="conformance",
        microphone=microphone if "speech" in media else None,
        receive_audio="audio" in media,
        receive_video="video" in media,
    )
    async with room as call:

        async def read() -> None:
            async for message in call.messages():
                on_message(message.data)

        reading = asyncio.create_task(read())
        try:
            yield Peer(call, microphone)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


DRIVERS: dict[str, Join] = {"webrtc": webrtc, "chat": chat, "daily": daily}
"""By name."""

ABILITIES: dict[str, frozenset[str]] = {
    "webrtc": frozenset({"voice", "speech", "audio", "video"}),
    "chat": frozenset({"voice"}),
    "daily": frozenset({"voice", "speech", "audio", "video"}),
}
"""What each can do: ``voice`` means the events of a replica's speech; ``speech`` is a user's; ``audio`` and
``video`` are looked into."""
