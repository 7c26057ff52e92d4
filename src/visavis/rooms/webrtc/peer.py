"""One participant's connection: its tracks, its two channels, its signals."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol, get_args

import structlog

from visavis.errors import MessageTooLarge, SignallingError
from visavis.ice import IceServer
from visavis.logs import short
from visavis.media.buffer import LiveBuffer
from visavis.media.pictures import Pictures, Viewer
from visavis.rooms.base import LeaveReason, Participant, Source
from visavis.rooms.webrtc import wire
from visavis.rooms.webrtc.complaints import Complaints
from visavis.rooms.webrtc.engine import Engine
from visavis.rooms.webrtc.keepalive import Keepalive
from visavis.rooms.webrtc.media_in import MediaIn
from visavis.rooms.webrtc.microphone import Microphone
from visavis.rooms.webrtc.negotiation import Negotiation
from visavis.rooms.webrtc.outlet import KINDS, Outlet
from visavis.rooms.webrtc.pace import ANSWER, REASON, Pace
from visavis.rooms.webrtc.tasks import Tasks

log = structlog.get_logger(__name__)

OUTGOING_FRAMES = 2
"""Audio frames that may wait between the pump and the encoder: what an interrupt cannot call back."""
EARLY_MESSAGES = 64
"""App messages kept from a client that speaks before both its channels are open."""
CLOSE_SECONDS = 5.0
"""How long an engine may take to close a connection."""
MAX_BUFFERED = 8 * 1024 * 1024
"""Bytes a client may leave unread before it is dropped; the stack's own limit is twice that."""
MAX_BUFFERED_FOR_ANSWERS = 256 * 1024
"""Bytes a client may leave unread and still be answered when it sends junk."""


class Client(Protocol):
    """A participant's end of the room, however it is connected."""

    participant: Participant
    microphone: Microphone
    joined: bool

    def outlet(self, source: Source) -> Outlet | None:
        """The way of what it sends to others; None if it sends nothing."""
        ...

    @property
    def backlog(self) -> int:
        """Bytes sent to it that have not left yet."""
        ...

    def hear(self, frame: Any) -> None:
        """Send this audio frame."""

    def send_app(self, frame: str) -> None:
        """Send an app message's frame."""

    def send_signal(self, kind: str, **fields: Any) -> None:
        """Send a signal."""

    def ignored(self, reason: str, answer: str) -> None:
        """Log that something it sent had no effect, and tell it."""

    def tick(self) -> None:
        """Once a second: ask for a sign of life."""

    async def close(self) -> None:
        """Disconnect and let go of everything."""


class PeerOwner(Protocol):
    """What a peer reports to; the room."""

    def peer_joined(self, peer: Client) -> None:
        """Both its channels are open."""

    def peer_sent(self, peer: Client, frame: wire.AppFrame) -> None:
        """It sent an app message."""

    def peer_spoke(self, peer: Client) -> None:
        """Its microphone's first audio arrived."""

    def peer_changed(self, peer: Client) -> None:
        """It sends something else than before."""

    def outlet(self, participant_id: str, source: Source) -> Outlet | None:
        """What somebody sends; None if there is nobody of this id, or no way."""
        ...

    def peer_gone(self, peer: Client, reason: LeaveReason) -> None:
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
        ice_servers: Sequence[IceServer],
        pictures: Pictures,
        owner: PeerOwner,
    ) -> None:
        self.participant = participant
        self.joined = False
        self._media = MediaIn(engine.audio_channels, self._audio_started, self._source_began)
        self.microphone = self._media.microphone
        self._engine, self._owner = engine, owner
        self._complaints = Complaints(participant.id)
        self._keepalive = Keepalive()
        self._paces = {label: Pace() for label in (wire.APP_CHANNEL, wire.SIGNAL_CHANNEL)}
        self._audio: LiveBuffer[Any] = LiveBuffer(OUTGOING_FRAMES)
        self._viewer = Viewer(pictures)
        self._channels: dict[str, Any] = {}
        self._early: list[object] = []
        self._tasks = Tasks("peer", participant=short(participant.id))
        self._speaks = False
        self._says_what_it_sends = False
        self._gone = False
        self._connection = engine.connection(ice_servers)
        self._connection.on("datachannel", self._channel_opened)
        self._connection.on("track", self._track_arrived)
        self._connection.on("connectionstatechange", self._state_changed)
        sources = {"audio": self._audio.get, "video": self._viewer.next}
        self._negotiation = Negotiation(engine, self._connection, sources)

    async def answer(self, offer: str) -> str:
        """Answer the client's offer, with all candidates gathered.

        Raises:
            SignallingError: when it cannot be answered.
        """
        return await self._negotiation.answer(offer)

    async def add_fragment(self, text: str) -> str | None:
        """Take trickled candidates, or restart ICE where the engine can.

        Returns:
            the fragment to answer a restart with; None for candidates.

        Raises:
            SignallingError: when it cannot be taken.
        """
        return await self._negotiation.add_fragment(text)

    def outlet(self, source: Source) -> Outlet | None:
        """The way of what it sends to others."""
        return self._media.outlets[source]

    def hear(self, frame: Any) -> None:
        """Send this audio frame, unless newer ones push it out."""
        if self.joined and "audio" in self._negotiation.sending:
            self._audio.push(frame)

    def send_app(self, frame: str) -> None:
        """Send a frame on the app channel."""
        self._send(wire.APP_CHANNEL, frame)

    def send_signal(self, kind: str, **fields: Any) -> None:
        """Send a signal."""
        self._send(wire.SIGNAL_CHANNEL, wire.dump({"type": kind, **fields}))

    def ignored(self, reason: str, answer: str) -> None:
        """Log that something this client sent had no effect, and tell it unless it does not read.

        Args:
            reason: for the log; one of few, and without words of users.
            answer: for the client.
        """
        self._complaints.ignored(reason)
        channel = self._channels.get(wire.SIGNAL_CHANNEL)
        if channel is not None and channel.bufferedAmount < MAX_BUFFERED_FOR_ANSWERS:
            self.send_signal("error", message=answer)

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
        self._media.close()
        for slot in self._negotiation.slots.values():
            slot.close()
        self._tasks.cancel()
        self._channels.clear()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connection.close()
        except TimeoutError:
            log.warning("connection did not close", participant=short(self.participant.id))
        except self._engine.errors as error:
            # A connection whose offer was refused half way may have nothing to close.
            log.info("connection closed by halves", error=type(error).__name__)
        self._connection.remove_all_listeners()

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
        if self._gone:
            return
        ended = self._engine.api.MediaStreamError
        for transceiver in self._connection.getTransceivers():
            if transceiver.receiver.track is track:
                mid = str(transceiver.mid)
                later = mid in self._negotiation.later
                self._tasks.spawn(self._media.read(transceiver.receiver, mid, later, ended))

    def _audio_started(self) -> None:
        self._speaks = True
        self._source_began("microphone")
        if self.joined:
            self._owner.peer_spoke(self)

    def _source_began(self, source: Source) -> None:
        """A client that does not say what it sends sends what arrives."""
        if not self._says_what_it_sends:
            self._sends({*self.participant.sending, source})

    def _sends(self, sources: set[Source]) -> None:
        sending = tuple(source for source in get_args(Source) if source in sources)
        if sending == self.participant.sending:
            return
        self.participant = replace(self.participant, sending=sending)
        if self.joined:
            self._owner.peer_changed(self)

    def _app_received(self, frame: object) -> None:
        if self._gone:
            return
        self._keepalive.heard()
        if self._too_fast(wire.APP_CHANNEL):
            return
        if not self.joined:
            if len(self._early) < EARLY_MESSAGES:
                self._early.append(frame)
            else:
                self._complaints.ignored("app messages before the signal channel opened")
            return
        try:
            message = wire.load_app(frame, self._engine.caps.max_message_bytes)
        except MessageTooLarge as error:
            self.ignored("app channel: message too large", answer=str(error))
        except wire.BadFrame as error:
            self.ignored(f"app channel: {error}", answer=str(error))
        else:
            self._owner.peer_sent(self, message)

    def _signal_received(self, frame: object) -> None:
        if self._gone:
            return
        self._keepalive.heard()
        if self._too_fast(wire.SIGNAL_CHANNEL):
            return
        try:
            self._signal(wire.load(frame))
        except wire.BadFrame as error:
            self.ignored(f"signal channel: {error}", answer=str(error))

    def _too_fast(self, label: str) -> bool:
        """Whether a frame is beyond what one participant may send; then it is not even read."""
        pace = self._paces[label]
        if pace.take():
            return False
        if pace.news():
            self.ignored(REASON, answer=ANSWER)
        else:
            self._complaints.ignored(REASON)
        return True

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
            self._offered(signal)
        elif kind == "wants":
            self._wants(signal.get("wants"))
        elif kind == "sending":
            self._says_what_it_sends = True
            sources = signal.get("sources")
            self._sends(set(sources) if isinstance(sources, list) else set())
        else:
            raise wire.BadFrame("unknown signal type")

    def _offered(self, signal: dict[str, Any]) -> None:
        offer = signal.get("sdp")
        if not isinstance(offer, str):
            raise wire.BadFrame("offer without sdp")
        if self._negotiation.busy:
            raise wire.BadFrame("offer before the last one was answered")
        self._media.name(signal.get("sources"))
        self._tasks.spawn(self._renegotiate(offer, signal.get("wants")))

    async def _renegotiate(self, offer: str, wants: object) -> None:
        apart = frozenset(map(str, wants)) if isinstance(wants, dict) else frozenset()
        try:
            answer = await self._negotiation.answer(offer, apart)
        except SignallingError as error:
            self.ignored("offer that cannot be answered", answer=str(error))
            return
        self.send_signal("answer", sdp=answer)
        if wants is not None:
            self._wants(wants)

    def _wants(self, wants: object) -> None:
        """Show in each section what the client wants to see there; in those it does not name, nothing."""
        wanted = wants if isinstance(wants, dict) else {}
        for mid, slot in self._negotiation.slots.items():
            slot.show(self._find(wanted.get(mid), slot.kind))

    def _find(self, want: object, kind: str) -> Outlet | None:
        if not isinstance(want, dict):
            return None
        source = next((one for one in get_args(Source) if one == want.get("source")), None)
        if source is None or KINDS[source] != kind:
            self.ignored("wants what cannot be shown there", answer=f"no such source of {kind}")
            return None
        outlet = self._owner.outlet(str(want.get("participant_id")), source)
        if outlet is None:
            self.ignored("wants to see somebody who is not there", answer="no such participant")
        return outlet

    def _send(self, label: str, frame: str) -> None:
        channel = self._channels.get(label)
        if channel is None or channel.readyState != "open":
            return
        if channel.bufferedAmount > MAX_BUFFERED:
            log.warning("client reads too slowly", participant=short(self.participant.id))
            self._leave("connection lost")
            return
        try:
            channel.send(frame)
        except self._engine.errors as error:
            log.info("channel closed while sending", label=label, error=type(error).__name__)
