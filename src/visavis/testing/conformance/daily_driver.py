"""The driver ``daily``: a participant through the API of daily-python, its own or ours."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import SignallingError
from visavis.rooms.base import PLAYOUT_RATE
from visavis.testing.conformance.model import Need

JOIN_SECONDS = 30.0
REPLICA = "tavus-replica"


@cache
def module() -> Any:
    """daily-python where it is installed, else ``visavis.daily``, which joins our own rooms."""
    try:
        found = importlib.import_module("daily")
    except ImportError:
        found = importlib.import_module("visavis.daily")
    # A second time it would end the process.
    found.Daily.init()
    return found


class DailySeat:
    """A place in a call. What it hears and sees is always what comes from now on."""

    def __init__(self, client: Any, source: Any, replica: asyncio.Future[str]) -> None:
        """Sit down.

        Args:
            client: a ``CallClient`` that joined.
            source: the ``CustomAudioSource`` of its microphone.
            replica: the id of the replica's participant.
        """
        self._client, self._source, self._replica = client, source, replica

    async def send(self, message: Any) -> None:
        """Send an app message to everybody."""
        error = (await _completed(self._client.send_app_message, message))[0]
        if error:
            raise SignallingError(f"the message was not sent: {error}")

    async def speak(self, sound: NDArray[np.int16]) -> None:
        """Say it into the room."""
        await _completed(self._source.write_frames, sound.astype("<i2").tobytes())

    async def hear(self, seconds: float) -> NDArray[np.int16]:
        """The replica's voice."""
        pieces: asyncio.Queue[Any] = asyncio.Queue()
        who = await asyncio.wait_for(asyncio.shield(self._replica), JOIN_SECONDS)
        self._client.set_audio_renderer(who, _into(pieces), sample_rate=PLAYOUT_RATE)
        heard = np.empty(0, np.int16)
        while len(heard) < seconds * PLAYOUT_RATE:
            piece = await pieces.get()
            heard = np.concatenate((heard, np.frombuffer(piece.audio_frames, "<i2")))
        return heard

    async def see(self, count: int) -> list[NDArray[np.uint8]]:
        """The replica's picture."""
        frames: asyncio.Queue[Any] = asyncio.Queue()
        who = await asyncio.wait_for(asyncio.shield(self._replica), JOIN_SECONDS)
        self._client.set_video_renderer(who, _into(frames), color_format="I420")
        seen = [await frames.get() for _ in range(count)]
        return [
            np.frombuffer(frame.buffer, np.uint8, frame.width * frame.height).reshape(
                frame.height, frame.width
            )
            for frame in seen
        ]


def _luma(frame: Any) -> NDArray[np.uint8]:
    plane = np.frombuffer(frame.buffer, np.uint8, frame.width * frame.height)
    return plane.reshape(frame.height, frame.width)


@asynccontextmanager
async def daily(
    url: str, on_message: Callable[[Any], None], media: Collection[Need]
) -> AsyncIterator[DailySeat]:
    """Join by daily-python's API."""
    api, loop = module(), asyncio.get_running_loop()
    replica: asyncio.Future[str] = loop.create_future()

    def came(participant: Any) -> None:
        if REPLICA in str(participant["info"].get("userId")) and not replica.done():
            replica.set_result(participant["id"])

    class Handler(api.EventHandler):  # type: ignore[misc, name-defined]
        """Carries what happens from Daily's thread to the loop."""

        def on_app_message(self, message: Any, sender: str) -> None:
            """An app message came."""
            decoded = json.loads(message) if isinstance(message, str) else message
            loop.call_soon_threadsafe(on_message, decoded)

        def on_participant_joined(self, participant: Any) -> None:
            """Somebody is there."""
            loop.call_soon_threadsafe(came, participant)

    source = api.CustomAudioSource(PLAYOUT_RATE, 1)
    track = api.CustomAudioTrack(source)
    microphone = {"isEnabled": "speech" in media, "settings": {"customTrack": {"id": track.id}}}
    client = api.CallClient(event_handler=Handler())
    try:
        client.set_user_name("conformance")
        _, error = await asyncio.wait_for(
            _completed(
                client.join, url, client_settings={"inputs": {"camera": False, "microphone": microphone}}
            ),
            JOIN_SECONDS,
        )
        if error:
            raise SignallingError(f"the join was refused: {error}")
        yield DailySeat(client, source, replica)
    finally:
        await asyncio.shield(asyncio.to_thread(_go, client))


def _go(client: Any) -> None:
    client.leave()
    client.release()


def _into(queue: asyncio.Queue[Any]) -> Callable[[str, Any, str], None]:
    loop = asyncio.get_running_loop()

    def put(_who: str, data: Any, _source: str) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, data)

    return put


async def _completed(method: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[Any, ...]:
    """What a method's completion is called with."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[Any, ...]] = loop.create_future()

    def finish(got: tuple[Any, ...]) -> None:
        if not done.done():
            done.set_result(got)

    method(*arguments, **more, completion=lambda *got: loop.call_soon_threadsafe(finish, got))
    return await done
