"""A WebRTC room with a scripted replica, and clients that join it without HTTP."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

import av
import numpy as np
from numpy.typing import NDArray

from visavis.client.connection import Connection
from visavis.rooms.base import AudioSource, Participant, RoomEvent, VideoSource
from visavis.rooms.webrtc import WebRTCRoom

ENGINES = ["wrtc", "aiortc"]
REPLICA = Participant("the-replica", "tavus-replica-r1", "Ada", "replica", 0.0)
PATIENCE = 15.0
"""Seconds after which a test says 'never'."""

Event = TypeVar("Event")


class Tone:
    """A sine until ``quiet``; silence from then on."""

    def __init__(self, hertz: float) -> None:
        self.hertz, self.quiet, self._position = hertz, False, 0

    def pull(self, samples: int) -> NDArray[np.int16]:
        if self.quiet:
            return np.zeros(samples, np.int16)
        time = (np.arange(samples) + self._position) / 48_000
        self._position += samples
        return (8000 * np.sin(2 * np.pi * self.hertz * time)).astype(np.int16)


class Shade:
    """A camera before a wall of one shade of grey."""

    def __init__(self, grey: int) -> None:
        self._grey, self._shown = grey, 0

    async def next(self) -> Any:
        await asyncio.sleep(0.05)
        planes = np.full((360, 320), 128, np.uint8)
        planes[:240] = self._grey
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = self._shown * 4500, fractions.Fraction(1, 90_000)
        self._shown += 1
        return frame


def pitch(samples: NDArray[np.int16], rate: int) -> float:
    """The loudest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate / len(samples))


def loudness(samples: NDArray[np.int16]) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(samples.astype(float)))))


class Stage:
    """A room, what happened in it, and doors into it."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.room = WebRTCRoom(engine=engine, replica=REPLICA)
        self.happened: list[RoomEvent] = []
        self._changed = asyncio.Event()
        self._watch = asyncio.create_task(self._collect())

    def join(
        self,
        name: str = "",
        *,
        microphone: AudioSource | None = None,
        camera: VideoSource | None = None,
        media: bool = False,
    ) -> AbstractAsyncContextManager[Connection]:
        async def signal(offer: str) -> str:
            return (await self.room.accept(offer, user_name=name)).answer_sdp

        return Connection.join(
            "unused:",
            engine=self.engine,
            microphone=microphone,
            camera=camera,
            receive_audio=media,
            receive_video=media,
            signal=signal,
        )

    async def saw(self, kind: type[Event], count: int = 1) -> list[Event]:
        """Wait until so many events of a kind happened."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [event for event in self.happened if isinstance(event, kind)]
                if len(found) >= count:
                    return found
                self._changed.clear()
                await self._changed.wait()

    async def finish(self) -> None:
        await self.room.close("test over")
        await self._watch

    async def _collect(self) -> None:
        async for event in self.room.events():
            self.happened.append(event)
            self._changed.set()


@asynccontextmanager
async def stage(engine: str) -> AsyncIterator[Stage]:
    made = Stage(engine)
    try:
        yield made
    finally:
        await made.finish()


async def first(items: AsyncIterator[Any]) -> Any:
    """The next item, or 'never'."""
    async with asyncio.timeout(PATIENCE):
        return await anext(items)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what sends no event, or say 'never'."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def take(chunks: AsyncIterator[NDArray[np.int16]], samples: int) -> NDArray[np.int16]:
    """The next so many samples."""
    taken: list[NDArray[np.int16]] = []
    async with asyncio.timeout(PATIENCE):
        while sum(map(len, taken)) < samples:
            taken.append(await anext(chunks))
    return np.concatenate(taken)[:samples]


async def heard(call: Connection) -> AsyncIterator[NDArray[np.int16]]:
    """What a call receives, as bare samples."""
    async for chunk in call.audio():
        yield chunk.samples
