"""A participant in a call: what `talk`, the `daily` module and programs that steer a replica are built on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import structlog

from visavis.client.others import Others
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.client.whip import Whip
from visavis.errors import SignallingError
from visavis.ice import IceServer
from visavis.media.buffer import LiveBuffer
from visavis.media.pump import AudioPump
from visavis.media.resample import MonoResampler
from visavis.protocol.events import Shutdown, ShutdownProperties
from visavis.protocol.interactions import Echo, EchoProperties, Interrupt, Respond, RespondProperties
from visavis.rooms.base import (
    PLAYOUT_RATE,
    AudioSource,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    Source,
    VideoSource,
)
from visavis.rooms.webrtc import engine as engines
from visavis.rooms.webrtc import wire
from visavis.rooms.webrtc.keepalive import PING_SECONDS, Keepalive

__all__ = ["Call", "ReceivedAudio", "ReceivedMessage", "ReceivedPicture", "Signal"]

log = structlog.get_logger(__name__)

Signal = Callable[[str], Awaitable[str]]
"""Takes an SDP offer and gives the answer."""

JOIN_SECONDS = 20.0
KEPT_MESSAGES = 10_000
KEPT_AUDIO_SECONDS = 10.0
KEPT_PICTURES = 25


class Call:
    """A place in a call. Made by ``async with Call.join(…)``.

    Attributes:
        participant_id: our own id in the room.
        closed: set when the call is over.
        closed_reason: why, in the server's words or ours.
    """

    def __init__(
        self,
        engine: str,
        microphone: AudioSource | None,
        camera: VideoSource | None,
        receive_audio: bool,
        receive_video: bool,
        ice_servers: Sequence[IceServer],
    ) -> None:
        """Use ``Call.join`` instead."""
        self.participant_id = ""
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self._engine = engines.load(engine)
        self._microphone, self._camera = microphone, camera
        self._receives = {"audio": receive_audio, "video": receive_video}
        self._people: dict[str, Participant] = {}
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)
        self._events: LiveBuffer[ParticipantJoined | ParticipantLeft] = LiveBuffer(KEPT_MESSAGES)
        self._audio: LiveBuffer[ReceivedAudio] = LiveBuffer(
            KEPT_AUDIO_SECONDS * PLAYOUT_RATE, size=lambda chunk: len(chunk.samples)
        )
        self._pictures: LiveBuffer[ReceivedPicture] = LiveBuffer(KEPT_PICTURES)
        self._outgoing: LiveBuffer[Any] = LiveBuffer(2)
        self._ask_why: Callable[[], Awaitable[str | None]] | None = None
        self._welcome = asyncio.Event()
        self._keepalive = Keepalive()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hanging_up: asyncio.Task[None] | None = None
        self._connection = self._engine.connection(ice_servers)
        self._others = Others(self._engine, self._connection, self._say)
        self._app = self._connection.createDataChannel(wire.APP_CHANNEL)
        self._signal = self._connection.createDataChannel(wire.SIGNAL_CHANNEL)
        self._attach()

    @classmethod
    @asynccontextmanager
    async def join(
        cls,
        url: str,
        *,
        user_name: str = "",
        user_id: str = "",
        engine: str = "aiortc",
        microphone: AudioSource | None = None,
        camera: VideoSource | None = None,
        receive_audio: bool = True,
        receive_video: bool = True,
        token: str | None = None,
        ice_servers: Sequence[IceServer] = (),
        signal: Signal | None = None,
    ) -> AsyncIterator[Call]:
        """Be in a call for the length of a ``with`` block.

        Args:
            url: the ``conversation_url``.
            user_name: how others see us.
            user_id: the application's name for us.
            engine: ``aiortc`` or ``wrtc``.
            microphone: what we say; pulled every 20 ms.
            camera: what we show.
            receive_audio: whether the replica's voice is received.
            receive_video: whether its picture is received.
            token: a meeting token.
            ice_servers: STUN and TURN servers for our side.
            signal: takes the offer and gives the answer instead of HTTP; ``url`` is then not used.

        Raises:
            SignallingError: when the join is refused or does not come about within 20 s.
            ConfigurationError: when there is no such engine.
            EngineMissing: when the engine is not installed.
        """
        call = cls(engine, microphone, camera, receive_audio, receive_video, ice_servers)
        whip = Whip(url, user_name=user_name, user_id=user_id, token=token)
        if signal is None:
            call._ask_why = whip.shutdown_reason
        try:
            await call._connect(signal or whip.offer)
            yield call
        finally:
            await call._leave()
            await whip.leave()

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        return list(self._people.values())

    @property
    def replica(self) -> Participant | None:
        """The replica; None once it left."""
        return next((person for person in self.participants if person.kind == "replica"), None)

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message to all others, or to one.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            SignallingError: when the call is over.
        """
        payload = wire.dump_payload(data, self._engine.caps.max_message_bytes)
        if self.closed.is_set():
            raise SignallingError(f"the call is over: {self.closed_reason}")
        self._app.send(wire.app_to(to, payload))

    async def echo(self, text: str) -> None:
        """Have the replica say exactly this."""
        await self.send(Echo(properties=EchoProperties(modality="text", text=text, done=True)).wire())

    async def respond(self, text: str) -> None:
        """Have the replica answer this as if we had said it."""
        await self.send(Respond(properties=RespondProperties(text=text)).wire())

    async def interrupt(self) -> None:
        """Stop the replica now."""
        await self.send(Interrupt().wire())

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages in the order of arrival, until the call is over."""
        return aiter(self._messages)

    def events(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """Arrivals and departures of others, until the call is over."""
        return aiter(self._events)

    def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """The replica's voice, or somebody's microphone; the last 10 s are kept for a slow reader.

        Args:
            participant_id: whose microphone; None: the replica's voice.
        """
        return aiter(self._audio) if participant_id is None else self._audio_of(participant_id)

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """The replica's picture, or somebody's; the last second is kept for a slow reader.

        Args:
            participant_id: whose; None: the replica's.
            source: what of them.
        """
        return aiter(self._pictures) if participant_id is None else self._video_of(participant_id, source)

    async def _audio_of(self, participant_id: str) -> AsyncIterator[ReceivedAudio]:
        resampler = MonoResampler(PLAYOUT_RATE)
        async for frame in self._others.frames(participant_id, "microphone"):
            yield ReceivedAudio(resampler.convert(frame), time.monotonic())

    async def _video_of(self, participant_id: str, source: Source) -> AsyncIterator[ReceivedPicture]:
        async for frame in self._others.frames(participant_id, source):
            yield ReceivedPicture(frame, time.monotonic())

    def _attach(self) -> None:
        self._connection.on("track", self._track_arrived)
        self._connection.on("connectionstatechange", self._state_changed)
        self._app.on("message", self._app_received)
        self._signal.on("message", self._signal_received)
        self._signal.on("close", lambda: self._over("the connection was closed"))

    async def _connect(self, signal: Signal) -> None:
        self._offer_media()
        await self._connection.setLocalDescription(await self._connection.createOffer())
        answer = await signal(self._connection.localDescription.sdp)
        try:
            await self._connection.setRemoteDescription(self._engine.description("answer", answer))
        except self._engine.errors as error:
            raise SignallingError(f"the answer cannot be used: {error}") from error
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await self._welcome.wait()
        except TimeoutError:
            raise SignallingError("no connection to the room came about") from None
        if self.closed.is_set():
            raise SignallingError(f"the room was left while joining: {self.closed_reason}")
        self._spawn(self._tick())

    def _offer_media(self) -> None:
        if self._microphone is not None:
            direction = "sendrecv" if self._receives["audio"] else "sendonly"
            track = self._engine.track("audio", self._outgoing.get)
            self._connection.addTransceiver(track, direction)
            pump = AudioPump(self._microphone.pull, self._outgoing.push, self._engine.audio_channels)
            self._spawn(pump.run())
        elif self._receives["audio"]:
            self._connection.addTransceiver("audio", "recvonly")
        if self._camera is not None:
            track = self._engine.track("video", self._camera.next)
            self._connection.addTransceiver(track, "sendrecv" if self._receives["video"] else "sendonly")
        elif self._receives["video"]:
            self._connection.addTransceiver("video", "recvonly")

    def _track_arrived(self, track: Any) -> None:
        if self._others.arrived(track):
            self._spawn(self._others.read(track))
        elif self._receives[track.kind]:
            self._spawn(self._hear(track) if track.kind == "audio" else self._watch(track))

    async def _hear(self, track: Any) -> None:
        resampler = MonoResampler(PLAYOUT_RATE)
        async for frame in self._frames(track):
            self._audio.push(ReceivedAudio(resampler.convert(frame), time.monotonic()))

    async def _watch(self, track: Any) -> None:
        async for frame in self._frames(track):
            self._pictures.push(ReceivedPicture(frame, time.monotonic()))

    async def _frames(self, track: Any) -> AsyncIterator[Any]:
        while True:
            try:
                frame = await track.recv()
            except self._engine.api.MediaStreamError:
                return
            yield frame

    def _app_received(self, frame: object) -> None:
        self._keepalive.heard()
        try:
            message = wire.load(frame)
        except wire.BadFrame as error:
            log.warning("message ignored", reason=str(error))
            return
        self._messages.push(ReceivedMessage(str(message.get("from")), message.get("data"), time.monotonic()))

    def _signal_received(self, frame: object) -> None:
        self._keepalive.heard()
        try:
            self._follow(wire.load(frame))
        except (wire.BadFrame, KeyError, TypeError, AttributeError) as error:
            log.warning("signal ignored", error=type(error).__name__)

    def _follow(self, signal: dict[str, Any]) -> None:
        match signal.get("type"):
            case "welcome":
                people = [wire.participant_of(entry) for entry in signal["participants"]]
                self._people = {person.id: person for person in people}
                self.participant_id = signal["participant_id"]
                self._welcome.set()
            case "participant-joined":
                person = wire.participant_of(signal["participant"])
                self._people[person.id] = person
                self._events.push(ParticipantJoined(person))
            case "participant-updated":
                person = wire.participant_of(signal["participant"])
                self._people[person.id] = person
            case "answer":
                self._others.answered(signal.get("sdp"))
            case "participant-left":
                self._others.left(signal["participant_id"])
                left = self._people.pop(signal["participant_id"], None)
                if left is not None:
                    self._events.push(ParticipantLeft(left, signal["reason"]))
            case "ping":
                self._say("pong", n=signal.get("n"))
            case "closed":
                self._over(str(signal["reason"]))
                self._hang_up()
            case "error":
                log.warning("the room refused a message", reason=signal.get("message"))

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "failed":
            self._spawn(self._lost())
        elif state == "closed":
            self._over("the connection was closed")

    async def _lost(self) -> None:
        """The connection broke off. If the conversation has ended, say so as the replica would have."""
        reason = await self._ask_why() if self._ask_why is not None else None
        if reason is not None and not self.closed.is_set():
            replica = self.replica
            event = Shutdown(properties=ShutdownProperties(shutdown_reason=reason, reason=reason))
            self._messages.push(
                ReceivedMessage(replica.id if replica else "", event.wire(), time.monotonic())
            )
        self._over(reason or "connection lost")

    def _over(self, reason: str) -> None:
        if self.closed.is_set():
            return
        self.closed_reason = reason
        self.closed.set()
        self._welcome.set()
        self._others.close()
        for buffer in (self._messages, self._events, self._audio, self._pictures, self._outgoing):
            buffer.close()

    def _say(self, kind: str, **fields: Any) -> None:
        if self._signal.readyState == "open":
            self._signal.send(wire.dump({"type": kind, **fields}))

    async def _tick(self) -> None:
        while not self.closed.is_set():
            await asyncio.sleep(PING_SECONDS)
            number = self._keepalive.tick()
            if number is None:
                await self._lost()
            else:
                self._say("ping", n=number)

    async def _leave(self) -> None:
        if not self.closed.is_set():
            self._say("leave")
        self._over("left")
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        # Cut off in the middle it would never be done, and whoever asks again would wait for ever.
        await asyncio.shield(self._hang_up())
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hang_up(self) -> asyncio.Task[None]:
        if self._hanging_up is None:
            self._hanging_up = asyncio.get_running_loop().create_task(self._connection.close())
        return self._hanging_up

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("call task failed", exc_info=error)
