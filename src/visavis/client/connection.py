"""One WebRTC connection to a room: peer connection, data channels, tracks. ``Call`` is built on it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import structlog

from visavis.client.offers import Offers
from visavis.client.options import Signal
from visavis.client.others import Others
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.client.whip import Pass, Whip
from visavis.errors import CallEnded, SignallingError
from visavis.ice import IceServer
from visavis.media.buffer import LiveBuffer
from visavis.media.pump import AudioPump
from visavis.media.resample import MonoResampler
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
from visavis.rooms.webrtc.tasks import Tasks
from visavis.rooms.webrtc.tracks import frames

log = structlog.get_logger(__name__)

JOIN_SECONDS = 20.0
KEPT_MESSAGES = 10_000
KEPT_AUDIO_SECONDS = 10.0
KEPT_PICTURES = 25


class Connection:
    """A place in a room until it is left or lost. Made by ``async with Connection.join(…)``.

    Attributes:
        participant_id: our own id in the room.
        closed: set when it is over.
        closed_reason: why, in the server's words or ours.
        lost: whether it broke off, though the conversation goes on as far as is known.
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
        """Use ``Connection.join`` instead."""
        self.participant_id = ""
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self.lost = False
        self._engine = engines.load(engine)
        self._microphone, self._camera = microphone, camera
        self._receives = {"audio": receive_audio, "video": receive_video}
        self._people: dict[str, Participant] = {}
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)
        self._arrivals: LiveBuffer[ParticipantJoined | ParticipantLeft] = LiveBuffer(KEPT_MESSAGES)
        self._updates: LiveBuffer[Participant] = LiveBuffer(KEPT_MESSAGES)
        self._audio: LiveBuffer[ReceivedAudio] = LiveBuffer(
            KEPT_AUDIO_SECONDS * PLAYOUT_RATE, size=lambda chunk: len(chunk.samples)
        )
        self._pictures: LiveBuffer[ReceivedPicture] = LiveBuffer(KEPT_PICTURES)
        self._outgoing: LiveBuffer[Any] = LiveBuffer(2)
        self._welcome = asyncio.Event()
        self._keepalive = Keepalive()
        self._tasks = Tasks("connection")
        self._hanging_up: asyncio.Task[None] | None = None
        self._transceivers: dict[str, Any] = {}
        self._connection = self._engine.connection(ice_servers)
        self._offers = Offers(self._engine, self._connection, self._say)
        self._others = Others(self._engine, self._connection, self._offers, self._say)
        self._app = self._connection.createDataChannel(wire.APP_CHANNEL)
        self._signal = self._connection.createDataChannel(wire.SIGNAL_CHANNEL)
        self._attach()

    @classmethod
    @asynccontextmanager
    async def join(
        cls,
        url: str,
        *,
        token: str | Pass | None = None,
        user_name: str = "",
        user_id: str = "",
        engine: str = "aiortc",
        microphone: AudioSource | None = None,
        camera: VideoSource | None = None,
        receive_audio: bool = True,
        receive_video: bool = True,
        ice_servers: Sequence[IceServer] = (),
        signal: Signal | None = None,
    ) -> AsyncIterator[Connection]:
        """Be in a room for the length of a ``with`` block.

        ``url`` is the ``conversation_url``, ``token`` a meeting token; the rest is told in ``JoinOptions``.

        Raises:
            SignallingError: when the join is refused or does not come about within 20 s.
            ConfigurationError: when there is no such engine.
            EngineMissing: when the engine is not installed.
        """
        whip = Whip(url, user_name=user_name, user_id=user_id, token=token)
        servers = ice_servers or (await whip.ice_servers() if signal is None else ())
        connection = cls(engine, microphone, camera, receive_audio, receive_video, servers)
        try:
            await connection._connect(signal or whip.offer)
            yield connection
        finally:
            await connection._leave()
            if not connection.lost:  # those who were lost are waited for, those who leave are not
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
            CallEnded: when it is over.
        """
        payload = wire.dump_payload(data, self._engine.caps.max_message_bytes)
        self._still_open()
        self._app.send(wire.app_to(to, payload))

    def say_sending(self, sources: Sequence[Source]) -> None:
        """Tell what others can hear and see of us from now on; what is muted is left out."""
        self._say("sending", sources=list(sources))

    async def add_media(
        self,
        *,
        microphone: AudioSource | None = None,
        camera: VideoSource | None = None,
        receive_audio: bool = False,
        receive_video: bool = False,
    ) -> None:
        """Have more media than so far, from now on; nothing is taken away.

        Args:
            microphone: what we say, if nothing was said so far.
            camera: what we show, likewise.
            receive_audio: whether to receive the replica's voice.
            receive_video: whether to receive its picture.

        Raises:
            SignallingError: the room refuses or does not answer.
            CallEnded: it is over.
        """
        async with self._offers.turn:
            self._still_open()
            self._microphone = self._microphone or microphone
            self._camera = self._camera or camera
            self._receives["audio"] |= receive_audio
            self._receives["video"] |= receive_video
            if self._offer_media():
                await self._offers.ask()

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages in the order of arrival, until the call is over."""
        return aiter(self._messages)

    def arrivals(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """Arrivals and departures of others, until the call is over."""
        return aiter(self._arrivals)

    def updates(self) -> AsyncIterator[Participant]:
        """Those who begin or cease to send something, until the call is over."""
        return aiter(self._updates)

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

    def _still_open(self) -> None:
        if self.closed.is_set():
            raise CallEnded(self.closed_reason)

    def _attach(self) -> None:
        self._connection.on("track", self._track_arrived)
        self._connection.on("connectionstatechange", self._state_changed)
        self._app.on("message", self._app_received)
        self._signal.on("message", self._signal_received)
        self._signal.on("close", lambda: self._over("the connection was closed", lost=True))

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
        self._tasks.spawn(self._tick())

    def _offer_media(self) -> bool:
        """Prepare the transceivers for what is wanted; whether that takes an offer."""
        speaks = self._offer("audio", None if self._microphone is None else self._microphone_track)
        shows = self._offer("video", None if self._camera is None else self._camera_track)
        return speaks or shows

    def _offer(self, kind: str, track: Callable[[], Any] | None) -> bool:
        """Have the section that the replica is in as it is wanted; ``track`` makes what we send in it."""
        if track is None and not self._receives[kind]:
            return False
        ways = {(True, True): "sendrecv", (True, False): "sendonly", (False, True): "recvonly"}
        direction = ways[track is not None, self._receives[kind]]
        transceiver = self._transceivers.get(kind)
        if transceiver is None:
            sent = kind if track is None else track()
            self._transceivers[kind] = self._connection.addTransceiver(sent, direction)
            return True
        if track is not None and transceiver.sender.track is None:
            transceiver.sender.replaceTrack(track())
        changed = bool(transceiver.direction != direction)
        transceiver.direction = direction
        return changed

    def _microphone_track(self) -> Any:
        assert self._microphone is not None
        pump = AudioPump(self._microphone.pull, self._outgoing.push, self._engine.audio_channels)
        self._tasks.spawn(pump.run())
        return self._engine.track("audio", self._outgoing.get)

    def _camera_track(self) -> Any:
        assert self._camera is not None
        return self._engine.track("video", self._camera.next)

    def _track_arrived(self, track: Any) -> None:
        if self._others.arrived(track):
            self._tasks.spawn(self._others.read(track))
        elif self._receives[track.kind]:
            self._tasks.spawn(self._hear(track) if track.kind == "audio" else self._watch(track))

    async def _hear(self, track: Any) -> None:
        resampler = MonoResampler(PLAYOUT_RATE)
        async for frame in frames(track, self._engine.api.MediaStreamError):
            self._audio.push(ReceivedAudio(resampler.convert(frame), time.monotonic()))

    async def _watch(self, track: Any) -> None:
        async for frame in frames(track, self._engine.api.MediaStreamError):
            self._pictures.push(ReceivedPicture(frame, time.monotonic()))

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
                self._arrivals.push(ParticipantJoined(person))
            case "participant-updated":
                person = wire.participant_of(signal["participant"])
                self._people[person.id] = person
                self._updates.push(person)
            case "answer":
                self._offers.answered(signal.get("sdp"))
            case "participant-left":
                self._others.left(signal["participant_id"])
                left = self._people.pop(signal["participant_id"], None)
                if left is not None:
                    self._arrivals.push(ParticipantLeft(left, signal["reason"]))
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
            self._over("connection lost", lost=True)
        elif state == "closed":
            self._over("the connection was closed", lost=True)

    def _over(self, reason: str, lost: bool = False) -> None:
        if self.closed.is_set():
            return
        self.closed_reason, self.lost = reason, lost
        self.closed.set()
        self._welcome.set()
        self._others.close()
        self._offers.close()
        for buffer in (self._messages, self._arrivals, self._updates):
            buffer.close()
        for media in (self._audio, self._pictures, self._outgoing):
            media.close()

    def _say(self, kind: str, **fields: Any) -> None:
        if self._signal.readyState == "open":
            self._signal.send(wire.dump({"type": kind, **fields}))

    async def _tick(self) -> None:
        while not self.closed.is_set():
            await asyncio.sleep(PING_SECONDS)
            number = self._keepalive.tick()
            if number is None:
                self._over("connection lost", lost=True)
            else:
                self._say("ping", n=number)

    async def _leave(self) -> None:
        if not self.closed.is_set():
            self._say("leave")
        self._over("left")
        tasks = self._tasks.cancel()
        # Cut off in the middle it would never be done, and whoever asks again would wait for ever.
        await asyncio.shield(self._hang_up())
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hang_up(self) -> asyncio.Task[None]:
        if self._hanging_up is None:
            self._hanging_up = asyncio.get_running_loop().create_task(self._connection.close())
        return self._hanging_up
