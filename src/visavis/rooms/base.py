"""What every room is: where participants meet. Engines and transports are behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

MIC_RATE = 16_000
"""Hz of what ``audio_in`` yields."""
PLAYOUT_RATE = 48_000
"""Hz of what the room pulls from an ``AudioSource``."""
FRAME_SAMPLES = 960
"""Samples the room pulls at a time: 20 ms."""

Source = Literal["microphone", "camera", "screen", "screen-audio"]
"""What a participant may send."""
VideoKind = Literal["camera", "screen"]
LeaveReason = Literal["left", "connection lost", "room closed", "replaced"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A person, an observing program, or the replica.

    Attributes:
        id: names the participant in this room; unguessable.
        user_id: the application's name for the user; the replica's holds ``tavus-replica``.
        joined_at: Unix seconds.
        sending: what others can hear or see of the participant now, the replica's own aside.
    """

    id: str
    user_id: str
    user_name: str
    kind: Literal["person", "replica"]
    joined_at: float
    sending: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomCaps:
    """What an engine can do; tests ask it instead of knowing engines by name.

    Attributes:
        engine: the engine's name.
        max_message_bytes: of one app message's payload, encoded as UTF-8 JSON.
        ice_restart: whether a client's ICE restart is followed.
        congestion_control: whether the video bitrate follows the network.
    """

    engine: str
    max_message_bytes: int = 255 * 1024
    ice_restart: bool = False
    congestion_control: bool = False


@dataclass(frozen=True, slots=True)
class ParticipantJoined:
    """Connected, and its app channel is open."""

    participant: Participant


@dataclass(frozen=True, slots=True)
class ParticipantLeft:
    """Gone, and why."""

    participant: Participant
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class AppMessage:
    """A message from a participant to the replica, alone or among others.

    Attributes:
        data: the decoded JSON value.
    """

    sender_id: str
    data: Any


@dataclass(frozen=True, slots=True)
class AudioStarted:
    """A microphone's audio begins to arrive; ``audio_in`` will yield."""

    participant_id: str


@dataclass(frozen=True, slots=True)
class ParticipantUpdated:
    """What somebody sends has changed (``Participant.sending``)."""

    participant: Participant


Overhear = Callable[[str, NDArray[np.int16]], None]
"""Takes what a source sends: a name that only this source has, and mono samples at ``PLAYOUT_RATE``."""

RoomEvent = ParticipantJoined | ParticipantUpdated | ParticipantLeft | AppMessage | AudioStarted


class AudioSource(Protocol):
    """What the replica says. The room pulls it every 20 ms, once for all participants."""

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples to leave for the room: mono, ``PLAYOUT_RATE``, silence when there are none.

        Called on the event loop; must not block. What it returned counts as heard.
        """
        ...


class VideoSource(Protocol):
    """What a participant shows."""

    async def next(self) -> Any | None:
        """The next ``av.VideoFrame``, when it is due; None at the end."""
        ...


class VideoSink(Protocol):
    """Where the replica's pictures go; the newest wins."""

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Show this frame from now on.

        Args:
            frame: I420 planes as one array of shape (height * 3 // 2, width).
        """
        ...

    @property
    def wanted(self) -> bool:
        """Whether anybody is there to see it."""
        ...


class Room(Protocol):
    """A place where the replica meets people. All methods belong to one event loop."""

    caps: RoomCaps

    def participants(self) -> list[Participant]:
        """Everyone in the room, the replica included."""
        ...

    def events(self) -> AsyncIterator[RoomEvent]:
        """What happens, in order, until the room closes. To be iterated by one task only."""
        ...

    def publish_audio(self, source: AudioSource) -> None:
        """Let everybody hear this source from now on."""
        ...

    def publish_video(self, width: int, height: int, fps: int) -> VideoSink:
        """Let everybody see what is written into the sink."""
        ...

    def audio_in(self, participant_id: str) -> AsyncIterator[NDArray[np.int16]]:
        """The participant's microphone: mono chunks at ``MIC_RATE``, until the participant leaves."""
        ...

    def video_in(self, participant_id: str, source: VideoKind) -> AsyncIterator[Any]:
        """What the participant shows: ``av.VideoFrame`` of any size and pixel format, until they leave.

        The newest wins: whoever reads slowly loses the ones before. Frames are shared: not to be written to.
        Several may watch; while nobody does, nothing is done for it.
        """
        ...

    def overhear(self, hear: Overhear) -> None:
        """Let this one hear everything that people send to each other, as it comes, from now on.

        It is called on the event loop; must not block.
        """
        ...

    async def send_app_message(self, data: Any, to: str = "*") -> None:
        """Send from the replica to all, or to one participant.

        Raises:
            MessageTooLarge: beyond ``caps.max_message_bytes``.
        """
        ...

    async def close(self, reason: str) -> None:
        """Tell everybody, then disconnect them. Idempotent."""
        ...
