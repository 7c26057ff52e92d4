"""A Python peer that keeps a stopwatch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sound import RATE, Sound
from benchmarks.wiretap import Wire, tapped
from visavis.client.call import Call
from visavis.protocol.interactions import Echo, EchoProperties, Interrupt, Respond, RespondProperties
from visavis.rooms.base import VideoSource


@dataclass(frozen=True, slots=True)
class Message:
    """An event and when it arrived.

    Attributes:
        at: ``time.monotonic`` seconds.
    """

    at: float
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        """The ``event_type``."""
        return str(self.data.get("event_type"))

    @property
    def sent_at(self) -> float:
        """When the event happened, in ``time.monotonic`` seconds: both sides are on this machine."""
        return float(self.data["timestamp"]) - (time.time() - time.monotonic())


class Microphone:
    """Plays recordings in real time and knows when they ended. An ``AudioSource``."""

    def __init__(self) -> None:
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._spoken = asyncio.Event()
        self._ended_at = 0.0

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples: what ``play`` was given, else silence."""
        taken, self._waiting = self._waiting[:samples], self._waiting[samples:]
        if len(taken) and not len(self._waiting):
            # A microphone hands a frame over when its last sample has been heard.
            self._ended_at = time.monotonic() - (samples - len(taken)) / RATE
            self._spoken.set()
        return np.pad(taken, (0, samples - len(taken)))

    async def play(self, speech: NDArray[np.int16]) -> float:
        """Say this (mono, 48 kHz).

        Returns:
            When its last sample was spoken, in ``time.monotonic`` seconds.
        """
        self._spoken.clear()
        self._waiting = speech
        await self._spoken.wait()
        return self._ended_at


@dataclass(slots=True)
class Peer:
    """In a call, with everything that came and when.

    Attributes:
        wire: sound and pictures as they came off the wire.
        heard: sound after aiortc's jitter buffer.
        joined_at: when the room welcomed us.
        first_picture_at: when the first picture was decoded.
        pictures: how many were decoded.
    """

    call: Call
    wire: Wire
    microphone: Microphone
    joined_at: float
    heard: Sound = field(default_factory=Sound)
    messages: list[Message] = field(default_factory=list)
    first_picture_at: float | None = None
    pictures: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def message(
        self, kind: str, after: float, timeout: float, where: Callable[[Message], bool] = lambda _: True
    ) -> Message | None:
        """Wait for the first event of a kind that arrived after a moment; None when none came in time."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for message in self.messages:
                        if message.at >= after and message.kind == kind and where(message):
                            return message
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None

    async def settle(self) -> None:
        """Wait until the replica has been silent for a while."""
        await self.heard.quiet(0.6)

    async def echo(self, text: str) -> None:
        """Have the replica say this, and wait for nothing."""
        await self.call.send(Echo(properties=EchoProperties(modality="text", text=text, done=True)))

    async def respond(self, text: str) -> None:
        """Have the replica answer this, and wait for nothing."""
        await self.call.send(Respond(properties=RespondProperties(text=text)))

    async def interrupt(self) -> None:
        """Stop the replica, and wait for nothing."""
        await self.call.send(Interrupt())

    async def keep_messages(self) -> None:
        """Work until the call is over."""
        async for received in self.call.messages():
            if isinstance(received.data, dict):
                self.messages.append(Message(received.received_at, received.data))
                self._changed.set()

    async def keep_sound(self) -> None:
        """Work until the call is over."""
        async for chunk in self.call.audio():
            self.heard.add(chunk.samples, chunk.received_at)

    async def keep_pictures(self) -> None:
        """Work until the call is over."""
        async for picture in self.call.video():
            self.pictures += 1
            if self.first_picture_at is None:
                self.first_picture_at = picture.received_at
                self._changed.set()

    async def first_picture(self, timeout: float = 20.0) -> float | None:
        """Wait for the first picture."""
        try:
            async with asyncio.timeout(timeout):
                while self.first_picture_at is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self.first_picture_at


@asynccontextmanager
async def joined(url: str, *, video: bool = False, camera: VideoSource | None = None) -> AsyncIterator[Peer]:
    """Be in a call. Video costs CPU on the same cores, so it is taken only when asked for."""
    microphone = Microphone()
    with tapped() as wire:
        async with Call.join(
            url,
            user_name="Benchmark",
            engine="aiortc",
            microphone=microphone,
            camera=camera,
            receive_video=video,
        ) as call:
            peer = Peer(call, wire, microphone, time.monotonic())
            keeping = [peer.keep_messages(), peer.keep_sound(), *([peer.keep_pictures()] if video else [])]
            async with asyncio.TaskGroup() as tasks:
                kept = [tasks.create_task(work) for work in keeping]
                try:
                    yield peer
                finally:
                    for task in kept:
                        task.cancel()
