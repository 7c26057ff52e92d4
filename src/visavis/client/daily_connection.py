"""A call in one of Daily's rooms, as the hosted service has them, by the package ``daily-python``."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import av
import numpy as np

from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.errors import CallEnded, ConfigurationError, MessageTooLarge, SignallingError
from visavis.media.buffer import LiveBuffer
from visavis.media.pump import AudioPump
from visavis.rooms.base import PLAYOUT_RATE, AudioSource, Participant, ParticipantJoined, ParticipantLeft

JOIN_SECONDS = 30.0
KEPT_MESSAGES = 10_000
KEPT_AUDIO_SECONDS = 10.0
KEPT_PICTURES = 25
MAX_BYTES = 255 * 1024
REPLICAS = ("tavus-replica", "tavus-face", "tavus-pal")
"""What a replica's ``user_id`` holds (PROTOCOL 0)."""

_microphones = itertools.count(1)


def daily_module() -> Any:
    """The package, initialised.

    Raises:
        ConfigurationError: it is not installed.
    """
    try:
        module = importlib.import_module("daily")
    except ImportError as error:
        raise ConfigurationError(
            "this conversation is in one of Daily's rooms: pip install daily-python"
        ) from error
    with contextlib.suppress(RuntimeError):  # somebody else has done it
        module.Daily.init()
    return module


class DailyConnection:
    """A ``Transport``. Made by ``async with DailyConnection.join(…)``.

    Daily's threads call back; everything is carried to the event loop before it is looked at.

    Attributes:
        lost: never true: Daily connects again by itself, or says that it is over.
    """

    def __init__(self, module: Any, receive_audio: bool, receive_video: bool) -> None:
        """Use ``DailyConnection.join`` instead."""
        self.participant_id = ""
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self.lost = False
        self._loop = asyncio.get_running_loop()
        self._receives = {"audio": receive_audio, "video": receive_video}
        self._people: dict[str, Participant] = {}
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)
        self._arrivals: LiveBuffer[ParticipantJoined | ParticipantLeft] = LiveBuffer(KEPT_MESSAGES)
        self._audio: LiveBuffer[ReceivedAudio] = LiveBuffer(
            KEPT_AUDIO_SECONDS * PLAYOUT_RATE, size=lambda chunk: len(chunk.samples)
        )
        self._pictures: LiveBuffer[ReceivedPicture] = LiveBuffer(KEPT_PICTURES)
        self._client = module.CallClient(event_handler=_handler(module, self))

    @classmethod
    @asynccontextmanager
    async def join(
        cls,
        url: str,
        *,
        token: str | None = None,
        user_name: str = "",
        microphone: AudioSource | None = None,
        receive_audio: bool = True,
        receive_video: bool = True,
    ) -> AsyncIterator[DailyConnection]:
        """Be in a room for the length of a ``with`` block.

        ``url`` is the ``conversation_url``, ``token`` a meeting token; the rest is told in ``JoinOptions``.

        Raises:
            ConfigurationError: ``daily-python`` is not installed.
            SignallingError: Daily refuses, or does not answer within 30 s.
        """
        module = daily_module()
        made = cls(module, receive_audio, receive_video)
        speaking: asyncio.Task[None] | None = None
        try:
            settings: dict[str, Any] = {"inputs": {"camera": False, "microphone": False}}
            if microphone is not None:
                device = f"visavis-{next(_microphones)}"
                sink = module.Daily.create_microphone_device(
                    device, sample_rate=PLAYOUT_RATE, channels=1, non_blocking=True
                )
                settings["inputs"]["microphone"] = {"isEnabled": True, "settings": {"deviceId": device}}
                pump = AudioPump(microphone.pull, lambda frame: _write(sink, frame))
                speaking = asyncio.create_task(pump.run())
            if user_name:
                made._client.set_user_name(user_name)
            await made._ask(
                lambda done: made._client.join(
                    url, meeting_token=token, client_settings=settings, completion=done
                )
            )
            made._welcome()
            yield made
        finally:
            if speaking is not None:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)
            made._over("left")
            await asyncio.to_thread(made._leave)

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        return list(self._people.values())

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            CallEnded: this connection is over.
        """
        size = len(json.dumps(data).encode())
        if size > MAX_BYTES:
            raise MessageTooLarge(size, MAX_BYTES)
        if self.closed.is_set():
            raise CallEnded(self.closed_reason)
        await self._ask(
            lambda done: self._client.send_app_message(data, None if to == "*" else to, completion=done)
        )

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages in the order of arrival."""
        return aiter(self._messages)

    def arrivals(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """Arrivals and departures of others."""
        return aiter(self._arrivals)

    def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """The replica's voice.

        Raises:
            ConfigurationError: somebody else's is asked for.
        """
        self._only_replica(participant_id)
        return aiter(self._audio)

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """The replica's picture.

        Raises:
            ConfigurationError: somebody else's is asked for.
        """
        self._only_replica(participant_id)
        return aiter(self._pictures)

    def _only_replica(self, participant_id: str | None) -> None:
        person = self._people.get(participant_id or "")
        if participant_id is not None and (person is None or person.kind != "replica"):
            raise ConfigurationError("in a room of Daily's only the replica's media are received")

    async def _ask(self, begin: Callable[[Callable[..., None]], None]) -> None:
        """Start something of Daily's and wait for its completion."""
        asked: asyncio.Future[Any] = self._loop.create_future()

        def done(*outcome: Any) -> None:
            self._loop.call_soon_threadsafe(complete, outcome[-1] if outcome else None)

        def complete(error: Any) -> None:
            if not asked.done():
                asked.set_result(error)

        begin(done)
        try:
            error = await asyncio.wait_for(asked, JOIN_SECONDS)
        except TimeoutError:
            raise SignallingError(f"Daily did not answer within {JOIN_SECONDS:g} s") from None
        if error:
            raise SignallingError(f"Daily refused: {error}")

    def _welcome(self) -> None:
        for entry in self._client.participants().values():
            person = _person(entry)
            if _info(entry).get("isLocal"):
                self.participant_id = person.id
            if person.id not in self._people:
                self._people[person.id] = person
                self._watch(person)

    def _leave(self) -> None:
        self._client.leave()
        self._client.release()

    # From Daily's threads, on the loop

    def later(self, action: Callable[..., None], *arguments: Any) -> None:
        """For the event handler: do this on the loop."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to be told
            self._loop.call_soon_threadsafe(action, *arguments)

    def received(self, message: Any, sender: str) -> None:
        """For the event handler: an app message came; older versions give text."""
        try:
            data = json.loads(message) if isinstance(message, str) else message
        except ValueError:
            data = message
        self._messages.push(ReceivedMessage(str(sender), data, time.monotonic()))

    def joined(self, entry: dict[str, Any]) -> None:
        """For the event handler: somebody came."""
        person = _person(entry)
        if _info(entry).get("isLocal") or person.id in self._people:
            return
        self._people[person.id] = person
        self._arrivals.push(ParticipantJoined(person))
        self._watch(person)

    def left(self, entry: dict[str, Any]) -> None:
        """For the event handler: somebody went."""
        person = self._people.pop(str(entry.get("id")), None)
        if person is not None:
            self._arrivals.push(ParticipantLeft(person, "left"))

    def ended(self, reason: str) -> None:
        """For the event handler: it is over."""
        self._over(reason)

    def _watch(self, person: Participant) -> None:
        if person.kind != "replica":
            return
        if self._receives["audio"]:
            self._client.set_audio_renderer(
                person.id,
                lambda _id, data, _source=None: self.later(self._heard, data),
                audio_source="microphone",
                sample_rate=PLAYOUT_RATE,
                callback_interval_ms=20,
            )
        if self._receives["video"]:
            self._client.set_video_renderer(
                person.id,
                lambda _id, frame, _source=None: self.later(self._seen, frame),
                video_source="camera",
                color_format="RGBA",
            )

    def _heard(self, data: Any) -> None:
        samples = np.frombuffer(data.audio_frames, np.int16)
        mono = samples.reshape(-1, data.num_channels).mean(axis=1).astype(np.int16)
        self._audio.push(ReceivedAudio(mono, time.monotonic()))

    def _seen(self, frame: Any) -> None:
        pixels = np.frombuffer(frame.buffer, np.uint8).reshape(frame.height, frame.width, 4)
        picture = av.VideoFrame.from_ndarray(pixels, "rgba").reformat(format="yuv420p")
        self._pictures.push(ReceivedPicture(picture, time.monotonic()))

    def _over(self, reason: str) -> None:
        if self.closed.is_set():
            return
        self.closed_reason = reason
        self.closed.set()
        for buffer in (self._messages, self._arrivals, self._audio, self._pictures):
            buffer.close()


def _handler(module: Any, connection: DailyConnection) -> Any:
    class Handler(module.EventHandler):  # type: ignore[misc]
        """Carries what happens to the loop."""

        def on_app_message(self, message: Any, sender: str) -> None:
            """An app message came."""
            connection.later(connection.received, message, sender)

        def on_participant_joined(self, participant: dict[str, Any]) -> None:
            """Somebody came."""
            connection.later(connection.joined, participant)

        def on_participant_left(self, participant: dict[str, Any], reason: str = "") -> None:
            """Somebody went."""
            connection.later(connection.left, participant)

        def on_error(self, message: str) -> None:
            """It broke off for good."""
            connection.later(connection.ended, f"Daily: {message}")

        def on_call_state_updated(self, state: str) -> None:
            """Joined, left …."""
            if state == "left":
                connection.later(connection.ended, "the room was left")

    return Handler()


def _info(entry: dict[str, Any]) -> dict[str, Any]:
    info = entry.get("info")
    return info if isinstance(info, dict) else {}


def _person(entry: dict[str, Any]) -> Participant:
    info = _info(entry)
    user_id, name = str(info.get("userId") or ""), str(info.get("userName") or "")
    is_replica = any(mark in user_id for mark in REPLICAS)
    joined_at = float(info.get("joinedAt") or 0.0)
    return Participant(str(entry["id"]), user_id, name, "replica" if is_replica else "person", joined_at)


def _write(sink: Any, frame: Any) -> None:
    sink.write_frames(frame.to_ndarray().tobytes())
