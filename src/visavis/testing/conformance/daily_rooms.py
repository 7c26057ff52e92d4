"""A participant by ``daily-python``, for servers whose rooms are Daily's, or by what stands in for it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from visavis.errors import ConfigurationError, SignallingError
from visavis.rooms.base import PLAYOUT_RATE
from visavis.testing.conformance.seats import NAME, Invitation, Seat

JOIN_SECONDS = 30.0
SEND_SECONDS = 10.0
LEAVE_SECONDS = 15.0
"""``leave`` and ``release`` of a client whose connection broke off take some 13 s each."""
DAILY_HOST = "daily.co"

Completion = Callable[..., None]


def is_daily(url: str) -> bool:
    """Whether a room is one of Daily's own."""
    host = urlsplit(url).hostname or ""
    return host == DAILY_HOST or host.endswith(f".{DAILY_HOST}")


def library(url: str) -> Any:
    """The module ``daily`` for a room, initialized.

    Args:
        url: of the room: only ``daily-python`` joins Daily's own, and only the stand-in joins ours.

    Raises:
        ConfigurationError: it is not installed.
    """
    for name in ("daily",) if is_daily(url) else ("visavis.daily", "daily"):
        try:
            return _initialized(name)
        except ModuleNotFoundError as error:
            if error.name != name:  # it is there, and lacks something itself
                raise
    raise ConfigurationError("the daily driver needs the package daily-python: pip install daily-python")


@functools.cache
def _initialized(name: str) -> Any:
    """Once in a process: a second ``init`` aborts it."""
    module = importlib.import_module(name)
    module.Daily.init()
    return module


class Microphone:
    """A source of sound of one client's own; Daily has but one microphone device in a process.

    Attributes:
        settings: the input settings that have it for a microphone.
    """

    def __init__(self, module: Any) -> None:
        self._source = module.CustomAudioSource(PLAYOUT_RATE, 1)
        # The settings name the track by its id alone: it lives as long as somebody holds it.
        self._track = module.CustomAudioTrack(self._source)
        self.settings = {"isEnabled": True, "settings": {"customTrack": {"id": self._track.id}}}

    async def play(self, sound: NDArray[np.int16]) -> None:
        """Say this (mono, 48 kHz) and return when it has been said."""
        pcm, seconds = sound.astype("<i2").tobytes(), len(sound) / PLAYOUT_RATE
        await _completed(
            lambda done: self._source.write_frames(pcm, completion=done), seconds + SEND_SECONDS, "speak"
        )


class DailySeat:
    """A place in one of Daily's rooms. What it hears and sees is always what comes from now on."""

    def __init__(self, client: Any, microphone: Microphone | None) -> None:
        self._client, self._microphone = client, microphone
        self._listening: asyncio.Queue[NDArray[np.int16]] | None = None
        self._looking: asyncio.Queue[NDArray[np.uint8]] | None = None

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        if message is None:
            return  # daily-python refuses null, so a server in Daily's rooms never gets one
        await _granted(
            lambda done: self._client.send_app_message(message, completion=done), SEND_SECONDS, "send"
        )

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Say it into the room."""
        if self._microphone is None:
            raise SignallingError("joined without a microphone")
        await self._microphone.play(sound)

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice."""
        self._listening, chunks = asyncio.Queue(), list[NDArray[np.int16]]()
        try:
            while sum(map(len, chunks)) < seconds * PLAYOUT_RATE:
                chunks.append(await self._listening.get())
        finally:
            self._listening = None
        return np.concatenate(chunks)

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The replica's picture."""
        self._looking = asyncio.Queue()
        try:
            return [await self._looking.get() for _ in range(count)]
        finally:
            self._looking = None

    def heard(self, _: str, audio: Any, __: str) -> None:
        """Some audio came."""
        if self._listening is not None:
            self._listening.put_nowait(np.frombuffer(audio.audio_frames, "<i2")[:: audio.num_channels])

    def seen(self, _: str, picture: Any, __: str) -> None:
        """A picture came, in I420."""
        if self._looking is not None:
            luma = np.frombuffer(picture.buffer, np.uint8, picture.width * picture.height)
            self._looking.put_nowait(luma.reshape(picture.height, picture.width))


class Room:
    """What happens in a room, told on the event loop.

    Attributes:
        open: whether anybody is still to be told.
    """

    def __init__(self, invitation: Invitation) -> None:
        self.open = True
        self._invitation = invitation
        self._met: set[str] = set()

    def message(self, message: Any) -> None:
        """An app message came; older clients send JSON as a text."""
        if isinstance(message, str):
            with contextlib.suppress(ValueError):
                message = json.loads(message)
        if self.open:
            self._invitation.on_message(message)

    def meet(self, participant: Any, client: Any, seat: DailySeat) -> None:
        """Somebody else is there; listen to and look at them unless it is one of ours."""
        name = participant["id"]
        if not self.open or name in self._met or participant.get("info", {}).get("userName") == NAME:
            return
        self._met.add(name)
        if "audio" in self._invitation.media:
            client.set_audio_renderer(name, _on_loop(seat.heard), sample_rate=PLAYOUT_RATE)
        if "video" in self._invitation.media:
            client.set_video_renderer(name, _on_loop(seat.seen), color_format="I420")
        self._invitation.on_participant()


@asynccontextmanager
async def daily(invitation: Invitation) -> AsyncIterator[Seat]:
    """Join by ``daily-python``."""
    module = library(invitation.url)
    room = Room(invitation)
    tell, meet = _on_loop(room.message), _on_loop(lambda other: room.meet(other, client, seat))

    class Handler(module.EventHandler):  # type: ignore[misc, name-defined]
        """Called on Daily's thread, which the loop must not wait for."""

        def on_app_message(self, message: Any, sender: str) -> None:
            """An app message came."""
            tell(message)

        def on_participant_joined(self, participant: Any) -> None:
            """Somebody else came."""
            meet(participant)

    client = module.CallClient(event_handler=Handler())
    microphone = Microphone(module) if "speech" in invitation.media else None
    seat = DailySeat(client, microphone)
    settings = {"inputs": {"camera": False, "microphone": microphone.settings if microphone else False}}
    token = invitation.token or None
    try:
        client.set_user_name(NAME)
        await _granted(
            lambda done: client.join(invitation.url, token, settings, completion=done), JOIN_SECONDS, "join"
        )
        for name, participant in client.participants().items():
            if name != "local":
                room.meet(participant, client, seat)
        yield seat
    finally:
        room.open = False
        await _leave(client)


async def _leave(client: Any) -> None:
    """Also what never came to be joined holds threads until it is released."""
    with contextlib.suppress(SignallingError):
        await _completed(lambda done: client.leave(completion=done), LEAVE_SECONDS, "leave")
    with contextlib.suppress(TimeoutError):  # goes on in its thread
        await asyncio.wait_for(asyncio.to_thread(client.release), LEAVE_SECONDS)


async def _granted(start: Callable[[Completion], Any], seconds: float, what: str) -> None:
    """As ``_completed``; an error is raised."""
    if error := await _completed(start, seconds, what):
        raise SignallingError(f"Daily did not {what}: {error}")


async def _completed(start: Callable[[Completion], Any], seconds: float, what: str) -> Any:
    """Start something of Daily's and wait for its completion, whose last argument is returned.

    Raises:
        SignallingError: it did not come in time.
    """
    finished: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def settle(*arguments: Any) -> None:
        if not finished.done():  # nobody waits for what comes too late
            finished.set_result(arguments[-1])

    start(_on_loop(settle))
    try:
        return await asyncio.wait_for(finished, seconds)
    except TimeoutError:
        raise SignallingError(f"Daily did not {what} within {seconds:g} s") from None


def _on_loop(function: Callable[..., Any]) -> Callable[..., None]:
    """The same function, to be called on any thread and run on this loop."""
    loop = asyncio.get_running_loop()

    def call(*arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is told any more
            loop.call_soon_threadsafe(function, *arguments)

    return call
