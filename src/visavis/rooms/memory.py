"""A room without a network, whose clock is whoever calls ``play``: for tests of what lives in rooms."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.errors import VisavisError
from visavis.media.buffer import LiveBuffer
from visavis.rooms.base import (
    FRAME_SAMPLES,
    MIC_RATE,
    PLAYOUT_RATE,
    AppMessage,
    AudioSource,
    AudioStarted,
    LeaveReason,
    Overhear,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    RoomCaps,
    RoomEvent,
    Source,
    VideoKind,
    VideoSink,
)
from visavis.rooms.inbox import Inbox
from visavis.rooms.webrtc import wire
from visavis.rooms.webrtc.outlet import VideoOutlet

KEPT_SECONDS = 2.0


class MemorySink:
    """Keeps the newest picture.

    Attributes:
        newest: the last frame written; None before.
        written: how many there were.
        wanted: settable; true by default.
    """

    def __init__(self) -> None:
        self.newest: NDArray[np.uint8] | None = None
        self.written = 0
        self.wanted = True

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Show this frame from now on."""
        self.newest = frame.copy()
        self.written += 1


@dataclass(slots=True)
class Guest:
    """A client in a ``MemoryRoom``.

    Attributes:
        received: ``(sender_id, data)`` of each app message, in order.
        closed_reason: why the room closed; None while it is open.
    """

    room: MemoryRoom
    participant: Participant
    received: list[tuple[str, Any]] = field(default_factory=list)
    closed_reason: str | None = None

    def send(self, data: Any, to: str = "*") -> None:
        """Send an app message, through JSON as any room would.

        Raises:
            MessageTooLarge: beyond the room's limit.
        """
        self.room.relay(
            self, wire.load_app(wire.app_to(to, wire.dump(data)), self.room.caps.max_message_bytes)
        )

    def speak(self, samples: NDArray[np.int16]) -> None:
        """Let the room hear this: mono at ``MIC_RATE``."""
        self.room.hear(self, samples)

    def sends(self, *sources: Source) -> None:
        """Send these from now on, and nothing else."""
        self.room.change(self, sources)

    def show(self, frame: Any, source: VideoKind = "camera") -> None:
        """Let the room see this ``av.VideoFrame``."""
        self.room.see(self, frame, source)

    def leave(self, reason: LeaveReason = "left") -> None:
        """Be gone."""
        self.room.depart(self, reason)


class MemoryRoom:
    """Implements ``rooms.base.Room``; ``join`` lets clients in, ``play`` moves time."""

    def __init__(self, replica: Participant, caps: RoomCaps | None = None) -> None:
        """Open a room.

        Args:
            replica: who speaks here.
            caps: what the room claims to be able to do.
        """
        self.caps = caps or RoomCaps(engine="memory")
        self.sink: MemorySink | None = None
        self._replica = replica
        self._guests: dict[str, Guest] = {}
        self._microphones: dict[str, LiveBuffer[NDArray[np.int16]]] = {}
        self._pictures: dict[tuple[str, VideoKind], VideoOutlet] = {}
        self._speaking: set[str] = set()
        self._source: AudioSource | None = None
        self._inbox = Inbox()
        self._overhear: Overhear | None = None
        self._closed = False

    def join(self, user_name: str = "", user_id: str = "") -> Guest:
        """Let a client in.

        Raises:
            VisavisError: when the room is closed.
        """
        if self._closed:
            raise VisavisError("the room is closed")
        participant = Participant(str(uuid.uuid4()), user_id, user_name, "person", time.time())
        guest = Guest(self, participant)
        self._guests[participant.id] = guest
        self._microphones[participant.id] = LiveBuffer(MIC_RATE * KEPT_SECONDS, size=len)
        self._pictures |= {(participant.id, kind): VideoOutlet() for kind in get_args(VideoKind)}
        self._inbox.put(ParticipantJoined(participant))
        return guest

    def play(self, samples: int = FRAME_SAMPLES) -> NDArray[np.int16]:
        """Let time pass: pull so many samples in frames of 20 ms and return what everybody heard."""
        if self._source is None:
            return np.zeros(samples, np.int16)
        starts = range(0, samples, FRAME_SAMPLES)
        return np.concatenate([self._source.pull(min(FRAME_SAMPLES, samples - start)) for start in starts])

    def relay(self, sender: Guest, frame: wire.AppFrame) -> None:
        """Deliver a guest's app message."""
        if frame.to in ("*", self._replica.id):
            self._inbox.put_message(AppMessage(sender.participant.id, frame.data), len(frame.payload))
        for guest in self._guests.values():
            if guest is not sender and frame.to in ("*", guest.participant.id):
                guest.received.append((sender.participant.id, frame.data))

    def hear(self, guest: Guest, samples: NDArray[np.int16]) -> None:
        """Take a guest's microphone."""
        participant_id = guest.participant.id
        if participant_id in self._guests and participant_id not in self._speaking:
            self._speaking.add(participant_id)
            self._inbox.put(AudioStarted(participant_id))
        self._microphones[participant_id].push(samples)
        if self._overhear:
            self._overhear(participant_id, soxr.resample(samples, MIC_RATE, PLAYOUT_RATE))

    def change(self, guest: Guest, sources: tuple[Source, ...]) -> None:
        """Take note of what a guest sends."""
        sending = tuple(source for source in get_args(Source) if source in sources)
        guest.participant = replace(guest.participant, sending=sending)
        self._inbox.put(ParticipantUpdated(guest.participant))

    def see(self, guest: Guest, frame: Any, source: VideoKind) -> None:
        """Take a guest's picture."""
        self._pictures[guest.participant.id, source].put(frame)

    def depart(self, guest: Guest, reason: LeaveReason) -> None:
        """Let a guest go."""
        if self._guests.pop(guest.participant.id, None) is not None:
            self._microphones[guest.participant.id].close()
            for kind in get_args(VideoKind):
                self._pictures[guest.participant.id, kind].close()
            self._inbox.put(ParticipantLeft(guest.participant, reason))

    def participants(self) -> list[Participant]:
        """Everyone in the room, the replica first."""
        return [self._replica, *(guest.participant for guest in self._guests.values())]

    def events(self) -> AsyncIterator[RoomEvent]:
        """What happens, in order, until the room closes."""
        return self._inbox.events()

    def publish_audio(self, source: AudioSource) -> None:
        """Let ``play`` pull this source."""
        self._source = source

    def publish_video(self, width: int, height: int, fps: int) -> VideoSink:
        """A sink that keeps the newest picture."""
        self.sink = MemorySink()
        return self.sink

    async def audio_in(self, participant_id: str) -> AsyncIterator[NDArray[np.int16]]:
        """What the guest speaks, until it leaves."""
        microphone = self._microphones.get(participant_id)
        if microphone is not None:
            async for samples in microphone:
                yield samples

    async def video_in(self, participant_id: str, source: VideoKind) -> AsyncIterator[Any]:
        """What the guest shows, the newest picture each time, until it leaves."""
        outlet = self._pictures.get((participant_id, source))
        if outlet is not None:
            async for frame in outlet.watch():
                yield frame

    def overhear(self, hear: Overhear) -> None:
        """Let this one hear what guests speak, from now on."""
        self._overhear = hear

    async def send_app_message(self, data: Any, to: str = "*") -> None:
        """Send from the replica to all, or to one participant.

        Raises:
            MessageTooLarge: beyond ``caps.max_message_bytes``.
        """
        value = wire.load(
            wire.app_from(self._replica.id, wire.dump_payload(data, self.caps.max_message_bytes))
        )
        for guest in self._guests.values():
            if to in ("*", guest.participant.id):
                guest.received.append((self._replica.id, value["data"]))

    async def close(self, reason: str) -> None:
        """Send everybody away. Idempotent."""
        if self._closed:
            return
        self._closed = True
        for guest in list(self._guests.values()):
            guest.closed_reason = reason
            self.depart(guest, "room closed")
        self._inbox.close()
