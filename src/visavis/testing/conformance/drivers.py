"""Ways into a conversation: each brings a participant who sends, receives, and perhaps hears and sees."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal, Protocol

import numpy as np
import websockets
from numpy.typing import NDArray

from visavis.client.call import Call
from visavis.errors import ConfigurationError, SignallingError

DriverName = Literal["webrtc", "chat", "daily"]
OnMessage = Callable[[Any], None]


class Seat(Protocol):
    """A participant's place in a call."""

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        ...

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice of the next ``seconds``: mono, 48 kHz."""
        ...

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The luma of the next ``count`` pictures, each of shape (height, width)."""
        ...


Join = Callable[[str, OnMessage], AbstractAsyncContextManager[Seat]]
"""Takes a ``conversation_url`` and who is told each app message; the seat is left at the end."""


class Socket:
    """A WebSocket at ``/{conversation_id}/chat``."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        await self._socket.send(json.dumps({"to": "*", "data": message}))

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """Never."""
        raise SignallingError("a WebSocket carries no sound")

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """Never."""
        raise SignallingError("a WebSocket carries no picture")


@asynccontextmanager
async def chat(url: str, on_message: OnMessage) -> AsyncIterator[Seat]:
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
    """A WebRTC peer of our own client."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._audio = aiter(call.audio())
        self._video = aiter(call.video())

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        await self._call.send(message)

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice from now on."""
        chunks: list[NDArray[np.int16]] = []
        while sum(map(len, chunks)) < seconds * 48_000:
            chunks.append((await anext(self._audio)).samples)
        return np.concatenate(chunks)

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The next pictures."""
        pictures = []
        for _ in range(count):
            picture = await anext(self._video)
            pictures.append(_luma(picture.frame))
        return pictures


def _luma(frame: Any) -> NDArray[np.uint8]:
    planes = frame.to_ndarray(format="yuv420p")
    return np.asarray(planes[: planes.shape[0] * 2 // 3], np.uint8)


@asynccontextmanager
async def webrtc(url: str, on_message: OnMessage) -> AsyncIterator[Seat]:
    """Join by WebRTC (docs/signalling.md)."""
    async with Call.join(url, user_name="conformance") as call:

        async def read() -> None:
            async for message in call.messages():
                on_message(message.data)

        reading = asyncio.create_task(read())
        try:
            yield Peer(call)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


class DailySeat:
    """A participant by daily-python, for servers whose rooms are Daily's."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        self._client.send_app_message(message)

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """Not by this driver."""
        raise SignallingError("the daily driver has no sound probe")

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """Not by this driver."""
        raise SignallingError("the daily driver has no picture probe")


@asynccontextmanager
async def daily(url: str, on_message: OnMessage) -> AsyncIterator[Seat]:
    """Join by ``daily-python``, which must be installed."""
    module = _daily_module()
    loop = asyncio.get_running_loop()

    class Handler(module.EventHandler):  # type: ignore[misc, name-defined]
        """Carries messages from Daily's thread to the loop."""

        def on_app_message(self, message: Any, sender: str) -> None:
            """An app message came."""
            decoded = json.loads(message) if isinstance(message, str) else message
            loop.call_soon_threadsafe(on_message, decoded)

    client = module.CallClient(event_handler=Handler())
    joined = loop.create_future()

    def done(_: Any, error: Any) -> None:
        loop.call_soon_threadsafe(joined.set_result, error)

    client.join(url, completion=done)
    try:
        if error := await asyncio.wait_for(joined, 30):
            raise SignallingError(f"Daily refused the join: {error}")
        yield DailySeat(client)
    finally:
        client.leave()
        client.release()


def _daily_module() -> Any:
    try:
        module = importlib.import_module("daily")
    except ImportError as error:
        raise ConfigurationError("the daily driver needs the package daily-python") from error
    module.Daily.init()
    return module


DRIVERS: dict[str, Join] = {"webrtc": webrtc, "chat": chat, "daily": daily}
"""By name."""

ABILITIES: dict[str, frozenset[str]] = {
    "webrtc": frozenset({"voice", "audio", "video"}),
    "chat": frozenset({"voice"}),
    "daily": frozenset({"voice"}),
}
"""What each can find out: ``voice`` means the events of speech, ``audio`` and ``video`` the media."""
