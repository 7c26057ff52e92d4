"""One participant's connection: its tracks, its two channels, its signals."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Protocol

import structlog

from visavis.errors import MessageTooLarge, SignallingError
from visavis.media.buffer import LiveBuffer
from visavis.media.pictures import Pictures, Viewer
from visavis.rooms.base import LeaveReason, Participant
from visavis.rooms.webrtc import sdp, wire
from visavis.rooms.webrtc.complaints import Complaints, short_hash
from visavis.rooms.webrtc.engine import Engine
from visavis.rooms.webrtc.keepalive import Keepalive
from visavis.rooms.webrtc.microphone import Microphone

log = structlog.get_logger(__name__)

OUTGOING_FRAMES = 2
"""Audio frames that may wait between the pump and the encoder: what an interrupt cannot call back."""
EARLY_MESSAGES = 64
"""App messages kept from a client that speaks before both its channels are open."""
GATHERING_SECONDS = 5.0
"""How long STUN and TURN servers are waited for."""
CLOSE_SECONDS = 5.0
"""How long an engine may take to close a connection."""
MAX_BUFFERED = 8 * 1024 * 1024
"""Bytes a client may leave unread before it is dropped; the stack's own limit is twice that."""
MAX_BUFFERED_FOR_ANSWERS = 256 * 1024
"""Bytes a client may leave unread and still be answered when it sends junk."""


class PeerOwner(Protocol):
    """What a peer reports to; the room."""

    def peer_joined(self, peer: Peer) -> None:
        """Both its channels are open."""

    def peer_sent(self, peer: Peer, frame: wire.AppFrame) -> None:
        """It sent an app message."""

    def peer_spoke(self, peer: Peer) -> None:
        """Its microphone's first audio arrived."""

    def peer_gone(self, peer: Peer, reason: LeaveReason) -> None:
        """It left or was lost. Said once."""


class Peer:
    """A client in the room, from its offer to its end.

    Attributes:
        joined: whether both its channels are open.
    """

    def __init__(
        self,
        engine: Engine,
        participant: Participant,
        ice_servers: list[str],
        pictures: Pictures,
        owner: PeerOwner,
    ) -> None:
        self.participant = participant
        self.joined = False
        self.microphone = Microphone(self._audio_started)
        self._engine, self._owner = engine, owner
        self._complaints = Complaints(participant.id)
        self._keepalive = Keepalive()
        self._audio: LiveBuffer[Any] = LiveBuffer(OUTGOING_FRAMES)
        self._viewer = Viewer(pictures)
        self._sending: set[str] = set()
        self._channels: dict[str, Any] = {}
        self._early: list[object] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._negotiating = asyncio.Lock()
        self._gathering = asyncio.Event()
        self._speaks = False
        self._gone = False
        self._connection = engine.connection(ice_servers)
        self._connection.on("datachannel", self._channel_opened)
        self._connection.on("track", self._track_arrived)
        self._connection.on("connectionstatechange", self._state_changed)
        self._connection.on("icegatheringstatechange", self._gathering.set)

    async def answer(self, offer: str) -> str:
        """Answer an offer, the first or a later one, with all candidates gathered.

        Raises:
            SignallingError: when it cannot be answered.
        """
        wanted = sdp.read_offer(offer)
        async with self._negotiating:
            try:
                return await self._negotiate(offer, wanted)
            except self._engine.errors as error:
                raise SignallingError(f"the offer cannot be answered: {error}") from error

    async def add_fragment(self, text: str) -> str | None:
        """Take trickled candidates, or restart ICE where the engine can.

        Returns:
            the fragment to answer a restart with; None for candidates.

        Raises:
            SignallingError: when it cannot be taken.
        """
        fragment = sdp.read_fragment(text)
        remote = self._connection.remoteDescription
        if fragment.ufrag and fragment.ufrag != sdp.ice_ufrag(remote.sdp):
            return await self._restart_ice(fragment)
        try:
            await self._add_candidates(fragment)
        except self._engine.errors as error:
            raise SignallingError(f"a candidate cannot be used: {error}") from error
        return None

    def hear(self, frame: Any) -> None:
        """Send this audio frame, unless newer ones push it out."""
        if self.joined and "audio" in self._sending:
            self._audio.push(frame)

    def send_app(self, frame: str) -> None:
        """Send a frame on the app channel."""
        self._send(wire.APP_CHANNEL, frame)

    def send_signal(self, kind: str, **fields: Any) -> None:
        """Send a signal."""
        self._send(wire.SIGNAL_CHANNEL, wire.dump({"type": kind, **fields}))

    def refuse(self, message: str) -> None:
        """Tell the client why something it sent had no effect, unless it does not read what we send."""
        channel = self._channels.get(wire.SIGNAL_CHANNEL)
        if channel is not None and channel.bufferedAmount < MAX_BUFFERED_FOR_ANSWERS:
            self.send_signal("error", message=message)

    @property
    def backlog(self) -> int:
        """Bytes sent to the app channel that have not left yet."""
        channel = self._channels.get(wire.APP_CHANNEL)
        return int(channel.bufferedAmount) if channel is not None else 0

    def tick(self) -> None:
        """Once a second: ask for a sign of life."""
        number = self._keepalive.tick()
        if number is None:
            self._leave("connection lost")
        else:
            self.send_signal("ping", n=number)

    async def close(self) -> None:
        """Disconnect and let go of everything."""
        self._gone = True
        self._audio.close()
        self._viewer.close()
        self.microphone.close()
        for task in self._tasks:
            task.cancel()
        self._channels.clear()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connection.close()
        except TimeoutError:
            log.warning("connection did not close", participant=short_hash(self.participant.id))
        self._connection.remove_all_listeners()

    async def _negotiate(self, offer: str, wanted: sdp.Offer) -> str:
        for kind in sorted(wanted.receives - self._sending):
            self._add_track(kind)
        await self._connection.setRemoteDescription(self._engine.description("offer", offer))
        for transceiver in self._connection.getTransceivers():
            if transceiver.kind == "video" and not transceiver.stopped:
                # Cameras are not asked for: a direction that takes none costs nothing.
                transceiver.direction = "sendonly" if transceiver.sender.track else "inactive"
        await self._connection.setLocalDescription(await self._connection.createAnswer())
        return await self._gathered_description()

    async def _gathered_description(self) -> str:
        """Our description with candidates; after an ICE restart the engine returns before it has any."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHERING_SECONDS):
                while "a=candidate:" not in self._connection.localDescription.sdp:
                    self._gathering.clear()
                    await self._gathering.wait()
        return str(self._connection.localDescription.sdp)

    def _add_track(self, kind: str) -> None:
        self._sending.add(kind)
        next_frame = self._audio.get if kind == "audio" else self._viewer.next
        sender = self._connection.addTrack(self._engine.track(kind, next_frame))
        if kind == "video":
            for transceiver in self._connection.getTransceivers():
                if transceiver.sender is sender:
                    self._engine.prefer(transceiver, "video/vp8")

    async def _add_candidates(self, fragment: sdp.Fragment) -> None:
        default_mid = sdp.first_mid(self._connection.remoteDescription.sdp)
        for entry in fragment.candidates:
            candidate = self._engine.candidate_from_sdp(entry.value)
            candidate.sdpMid = entry.mid or default_mid
            await self._connection.addIceCandidate(candidate)
        if fragment.ended:
            await self._connection.addIceCandidate(None)

    async def _restart_ice(self, fragment: sdp.Fragment) -> str:
        if not self._engine.caps.ice_restart:
            raise SignallingError(f"the {self._engine.name} engine cannot restart ICE; join again")
        if not fragment.pwd:
            raise SignallingError("the fragment restarts ICE without an ice-pwd")
        offer = sdp.with_credentials(
            self._connection.remoteDescription.sdp, str(fragment.ufrag), fragment.pwd
        )
        answer = await self.answer(offer)
        try:
            await self._add_candidates(fragment)
        except self._engine.errors as error:
            raise SignallingError(f"a candidate cannot be used: {error}") from error
        return sdp.fragment_of(answer)

    def _channel_opened(self, channel: Any) -> None:
        if self._gone:
            return
        label = channel.label
        if label not in (wire.APP_CHANNEL, wire.SIGNAL_CHANNEL) or label in self._channels:
            self._complaints.ignored("data channel of another name")
            return
        self._channels[label] = channel
        channel.on("message", self._app_received if label == wire.APP_CHANNEL else self._signal_received)
        channel.on("close", self._channel_closed)
        if len(self._channels) == 2:
            self.joined = True
            self._viewer.open()
            self._owner.peer_joined(self)
            if self._speaks:
                self._owner.peer_spoke(self)
            early, self._early = self._early, []
            for frame in early:
                self._app_received(frame)

    def _channel_closed(self) -> None:
        self._leave("left")

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "failed":
            self._leave("connection lost")
        elif state == "closed":
            self._leave("left")

    def _leave(self, reason: LeaveReason) -> None:
        if not self._gone:
            self._gone = True
            self._owner.peer_gone(self, reason)

    def _track_arrived(self, track: Any) -> None:
        if track.kind != "audio" or self._gone:
            return
        for receiver in self._connection.getReceivers():
            if receiver.track is track:
                self._spawn(self.microphone.read(receiver, self._engine.api.MediaStreamError))

    def _audio_started(self) -> None:
        self._speaks = True
        if self.joined:
            self._owner.peer_spoke(self)

    def _app_received(self, frame: object) -> None:
        if self._gone:
            return
        self._keepalive.heard()
        if not self.joined:
            if len(self._early) < EARLY_MESSAGES:
                self._early.append(frame)
            else:
                self._complaints.ignored("app messages before the signal channel opened")
            return
        try:
            message = wire.load_app(frame, self._engine.caps.max_message_bytes)
        except (wire.BadFrame, MessageTooLarge) as error:
            self._complaints.ignored(f"app channel: {error}")
            self.refuse(str(error))
            return
        self._owner.peer_sent(self, message)

    def ignored(self, reason: str) -> None:
        """Note that a message of this peer had no effect."""
        self._complaints.ignored(reason)

    def _signal_received(self, frame: object) -> None:
        if self._gone:
            return
        self._keepalive.heard()
        try:
            self._signal(wire.load(frame))
        except wire.BadFrame as error:
            self._complaints.ignored(f"signal channel: {error}")
            self.refuse(str(error))

    def _signal(self, signal: dict[str, Any]) -> None:
        kind = signal.get("type")
        if kind == "pong":
            return
        if kind == "ping":
            number = signal.get("n")
            self.send_signal("pong", n=number if isinstance(number, int) else 0)
        elif kind == "leave":
            self._leave("left")
        elif kind == "offer":
            self._offered(signal.get("sdp"))
        else:
            raise wire.BadFrame("unknown signal type")

    def _offered(self, offer: object) -> None:
        if not isinstance(offer, str):
            raise wire.BadFrame("offer without sdp")
        if self._negotiating.locked():
            raise wire.BadFrame("offer before the last one was answered")
        self._spawn(self._renegotiate(offer))

    async def _renegotiate(self, offer: str) -> None:
        try:
            answer = await self.answer(offer)
        except SignallingError as error:
            self._complaints.ignored("offer that cannot be answered")
            self.refuse(str(error))
        else:
            self.send_signal("answer", sdp=answer)

    def _send(self, label: str, frame: str) -> None:
        channel = self._channels.get(label)
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount > MAX_BUFFERED:
            log.warning("client reads too slowly", participant=short_hash(self.participant.id))
            self._leave("connection lost")
            return
        try:
            channel.send(frame)
        except self._engine.errors as error:
            log.info("channel closed while sending", label=label, error=type(error).__name__)

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("peer task failed", participant=short_hash(self.participant.id), exc_info=error)
