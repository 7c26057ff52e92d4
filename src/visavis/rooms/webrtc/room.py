"""The embedded room: a star of peers around this process."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from visavis.errors import SignallingError, UnknownConversation
from visavis.ice import IceServer
from visavis.logs import short
from visavis.media.pictures import Pictures
from visavis.media.pump import AudioPump
from visavis.rooms.base import (
    AppMessage,
    AudioSource,
    AudioStarted,
    LeaveReason,
    Overhear,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    RoomEvent,
    Source,
    VideoKind,
    VideoSink,
)
from visavis.rooms.inbox import Inbox
from visavis.rooms.webrtc import engine as engines
from visavis.rooms.webrtc import wire
from visavis.rooms.webrtc.keepalive import PING_SECONDS
from visavis.rooms.webrtc.outlet import KINDS, AudioOutlet, Outlet, VideoOutlet
from visavis.rooms.webrtc.peer import Client, Peer
from visavis.rooms.webrtc.relayed import Deliver, RelayedPeer
from visavis.rooms.webrtc.tasks import Tasks

log = structlog.get_logger(__name__)

OVER = "the conversation is over"
JOIN_SECONDS = 15.0
"""A peer whose channels have not opened by then is dropped."""
GOODBYE_SECONDS = 1.0
"""How long clients have to read why the room closed before they are disconnected."""
RELAY_BACKLOG = 2 * 1024 * 1024
"""Bytes a client may leave unread and still get other clients' messages."""


@dataclass(frozen=True, slots=True)
class Joined:
    """An accepted join.

    Attributes:
        answer_sdp: with all candidates.
    """

    participant_id: str
    answer_sdp: str


class WebRTCRoom:
    """Implements ``rooms.base.Room``; clients come in by ``accept`` (docs/signalling.md)."""

    def __init__(self, engine: str, replica: Participant, ice_servers: Sequence[IceServer] = ()) -> None:
        """Open a room.

        Args:
            engine: ``wrtc`` or ``aiortc``.
            replica: who speaks here.
            ice_servers: STUN and TURN servers for our own side.

        Raises:
            ConfigurationError: when there is no such engine.
            EngineMissing: when the engine is not installed.
        """
        self._engine = engines.load(engine)
        self.caps = self._engine.caps
        self._replica = replica
        self._ice_servers = tuple(ice_servers)
        self._peers: dict[str, Client] = {}
        self._arriving: dict[str, float] = {}
        self._inbox = Inbox()
        self._overhear: Overhear | None = None
        self._pictures = Pictures()
        self._pump: AudioPump | None = None
        self._pumping: asyncio.Task[None] | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._tasks = Tasks("room")
        self._emptied = asyncio.Event()
        self._closing: asyncio.Event | None = None

    async def accept(self, offer_sdp: str, *, user_id: str = "", user_name: str = "") -> Joined:
        """Let a client in. It counts as joined once its two channels are open.

        Raises:
            SignallingError: when the offer cannot be answered.
            UnknownConversation: when the room says goodbye.
        """
        if self._closing is not None:
            raise UnknownConversation(OVER)
        participant = Participant(str(uuid.uuid4()), user_id, user_name, "person", time.time())
        peer = Peer(self._engine, participant, self._ice_servers, self._pictures, self)
        self._peers[participant.id] = peer
        self._tap(peer)
        self._arriving[participant.id] = asyncio.get_running_loop().time()
        if self._ticker is None:
            self._ticker = self._tasks.spawn(self._tick())
        try:
            answer = await peer.answer(offer_sdp)
        except BaseException:
            self._forget(peer)
            raise
        if participant.id not in self._peers:
            raise UnknownConversation(OVER)
        return Joined(participant.id, answer)

    def attach(self, participant: Participant, deliver: Deliver) -> None:
        """Let somebody in who is connected by other means than WebRTC; at once.

        Args:
            participant: who; the id names them in ``relay`` and ``detach``.
            deliver: takes each frame of JSON text for them (docs/signalling.md).

        Raises:
            UnknownConversation: when the room says goodbye.
        """
        if self._closing is not None:
            raise UnknownConversation(OVER)
        peer = RelayedPeer(participant, self, deliver, self.caps.max_message_bytes)
        self._peers[participant.id] = peer
        self.peer_joined(peer)

    def relay(self, participant_id: str, frame: str | None) -> None:
        """Take a frame of somebody who was attached; None for one that is no text.

        Raises:
            SignallingError: for an unknown participant.
        """
        self._attached(participant_id).received(frame)

    def read(self, participant_id: str, size: int) -> None:
        """Somebody who was attached took so many bytes of what was delivered.

        Raises:
            SignallingError: for an unknown participant.
        """
        self._attached(participant_id).read(size)

    def detach(self, participant_id: str, lost: bool) -> None:
        """Somebody who was attached is gone; ``lost`` if without a goodbye.

        Raises:
            SignallingError: for an unknown participant.
        """
        self._attached(participant_id).leave(lost)

    async def add_candidate(self, participant_id: str, sdpfrag: str) -> str | None:
        """Take a trickle ICE fragment (WHIP PATCH).

        Returns:
            the fragment to answer an ICE restart with; None when there is nothing to say.

        Raises:
            SignallingError: for an unknown participant or a fragment that cannot be used.
        """
        return await self._peer(participant_id).add_fragment(sdpfrag)

    async def leave(self, participant_id: str) -> None:
        """Let a client go (WHIP DELETE).

        Raises:
            SignallingError: for an unknown participant.
        """
        self.peer_gone(self._peer(participant_id), "left")

    def participants(self) -> list[Participant]:
        """Everyone in the room, the replica first."""
        return [self._replica, *(peer.participant for peer in self._joined())]

    def events(self) -> AsyncIterator[RoomEvent]:
        """What happens, in order, until the room closes. To be iterated by one task only."""
        return self._inbox.events()

    def publish_audio(self, source: AudioSource) -> None:
        """Pull this source from now on, listeners or not."""
        if self._closing is not None:
            return
        self._stop_pump()
        self._pump = AudioPump(source.pull, self._deliver_audio, self._engine.audio_channels)
        self._pumping = self._tasks.spawn(self._pump.run())

    def publish_video(self, width: int, height: int, fps: int) -> VideoSink:
        """Let everybody see what is written into the sink."""
        self._pictures.configure(width, height, fps)
        return self._pictures

    async def audio_in(self, participant_id: str) -> AsyncIterator[NDArray[np.int16]]:
        """The participant's microphone: mono chunks at ``MIC_RATE``, until the participant leaves."""
        peer = self._peers.get(participant_id)
        if peer is not None:
            async for samples in peer.microphone.heard:
                yield samples

    async def video_in(self, participant_id: str, source: VideoKind) -> AsyncIterator[Any]:
        """What the participant shows, the newest picture each time, until they leave."""
        outlet = self.outlet(participant_id, source)
        if isinstance(outlet, VideoOutlet):
            async for frame in outlet.watch():
                yield frame

    def overhear(self, hear: Overhear) -> None:
        """Let this one hear microphones and screens' sound, as they come, from now on."""
        self._overhear = hear
        for peer in self._peers.values():
            self._tap(peer)

    async def send_app_message(self, data: Any, to: str = "*") -> None:
        """Send from the replica to all, or to one participant. Nobody there: nothing is sent.

        Raises:
            MessageTooLarge: beyond ``caps.max_message_bytes``.
            BadFrame: when JSON cannot say ``data``.
        """
        payload = wire.dump_payload(data, self.caps.max_message_bytes)
        frame = wire.app_from(self._replica.id, payload)
        for peer in self._joined():
            if to in ("*", peer.participant.id):
                peer.send_app(frame)

    async def close(self, reason: str) -> None:
        """Tell everybody, then disconnect them. Idempotent."""
        if self._closing is not None:
            await self._closing.wait()
            return
        self._closing = asyncio.Event()
        self._stop_pump()
        for peer in self._joined():
            peer.send_signal("closed", reason=reason)
        await self._goodbyes()
        for peer in list(self._peers.values()):
            self.peer_gone(peer, "room closed")
        if self._ticker is not None:
            self._ticker.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._inbox.close()
        self._closing.set()

    def peer_joined(self, peer: Client) -> None:
        """Both channels of a peer are open: it and the others learn of each other."""
        self._arriving.pop(peer.participant.id, None)
        peer.send_signal(
            "welcome",
            participant_id=peer.participant.id,
            participants=[wire.participant_json(entry) for entry in self.participants()],
        )
        self._tell_others(peer, "participant-joined", participant=wire.participant_json(peer.participant))
        self._inbox.put(ParticipantJoined(peer.participant))
        log.info("participant joined", participant=short(peer.participant.id))

    def peer_sent(self, peer: Client, frame: wire.AppFrame) -> None:
        """Relay an app message to whom it is for, the replica among them."""
        sender = peer.participant.id
        everybody = frame.to == "*"
        if everybody or frame.to == self._replica.id:
            if not self._inbox.put_message(AppMessage(sender, frame.data), len(frame.payload)):
                peer.ignored(
                    "more messages than the replica can read",
                    answer="the replica has too many unread messages; this one was dropped",
                )
        elif frame.to not in self._peers:
            peer.ignored("app message to nobody", answer="no such participant")
        text = wire.app_from(sender, frame.payload)
        for other in self._joined():
            if other is not peer and (everybody or other.participant.id == frame.to):
                self._relay(peer, other, text)

    def peer_spoke(self, peer: Client) -> None:
        """A microphone's first audio arrived."""
        self._inbox.put(AudioStarted(peer.participant.id))

    def peer_changed(self, peer: Client) -> None:
        """A peer sends something else than before: the others learn of it, the replica too."""
        self._tell_others(peer, "participant-updated", participant=wire.participant_json(peer.participant))
        self._inbox.put(ParticipantUpdated(peer.participant))

    def outlet(self, participant_id: str, source: Source) -> Outlet | None:
        """What somebody in the room sends."""
        peer = self._peers.get(participant_id)
        return peer.outlet(source) if peer is not None else None

    def peer_gone(self, peer: Client, reason: LeaveReason) -> None:
        """A peer left: the others learn of it, and it is let go."""
        if self._peers.get(peer.participant.id) is not peer:
            return
        self._forget(peer)
        if self._closing is not None:
            reason = "room closed"
        if peer.joined:
            self._tell_others(peer, "participant-left", participant_id=peer.participant.id, reason=reason)
            self._inbox.put(ParticipantLeft(peer.participant, reason))
        log.info(
            "participant left",
            participant=short(peer.participant.id),
            reason=reason,
            microphone_chunks_dropped=peer.microphone.heard.dropped,
        )

    def _forget(self, peer: Client) -> None:
        self._peers.pop(peer.participant.id, None)
        self._arriving.pop(peer.participant.id, None)
        if not self._peers:
            self._emptied.set()
        self._tasks.spawn(peer.close())

    def _peer(self, participant_id: str) -> Peer:
        peer = self._peers.get(participant_id)
        if not isinstance(peer, Peer):
            raise SignallingError("no such participant")
        return peer

    def _attached(self, participant_id: str) -> RelayedPeer:
        peer = self._peers.get(participant_id)
        if not isinstance(peer, RelayedPeer):
            raise SignallingError("no such participant")
        return peer

    def _joined(self) -> list[Client]:
        return [peer for peer in self._peers.values() if peer.joined]

    def _tap(self, peer: Client) -> None:
        if self._overhear is None:
            return
        for source in KINDS:
            if isinstance(outlet := peer.outlet(source), AudioOutlet):
                outlet.tap = functools.partial(self._overhear, f"{peer.participant.id} {source}")

    def _tell_others(self, about: Client, kind: str, **fields: Any) -> None:
        for peer in self._joined():
            if peer is not about:
                peer.send_signal(kind, **fields)

    def _relay(self, sender: Client, receiver: Client, text: str) -> None:
        if receiver.backlog > RELAY_BACKLOG:
            sender.ignored(
                "app message to a client that does not read",
                answer="a participant does not read its messages; one was dropped",
            )
        else:
            receiver.send_app(text)

    def _stop_pump(self) -> None:
        if self._pump is None or self._pumping is None:
            return
        self._pumping.cancel()
        if self._pump.late_frames:
            log.warning("audio stalled", frames_not_sent=self._pump.late_frames)

    def _deliver_audio(self, frame: Any) -> None:
        for peer in self._peers.values():
            peer.hear(frame)

    async def _goodbyes(self) -> None:
        """Clients hang up when they have read why; those that do not are hung up on a moment later."""
        if not self._joined():
            return
        self._emptied.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._emptied.wait(), GOODBYE_SECONDS)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_SECONDS)
            for peer in list(self._peers.values()):
                arrived = self._arriving.get(peer.participant.id)
                if arrived is None:
                    peer.tick()
                elif loop.time() - arrived > JOIN_SECONDS:
                    self.peer_gone(peer, "connection lost")
