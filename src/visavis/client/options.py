"""What may be said of a join, next to the call's address and a meeting token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypedDict

from visavis.ice import IceServer
from visavis.rooms.base import AudioSource, VideoSource

Signal = Callable[[str], Awaitable[str]]
"""Takes an SDP offer and gives the answer."""


class JoinOptions(TypedDict, total=False):
    """Keywords of every ``join``; in a room of Daily's only those that are said to hold there."""

    user_name: str
    """How others see us; also at Daily."""
    user_id: str
    """The application's name for us; Daily takes it from the token."""
    engine: str
    """``aiortc``, unless it is ``wrtc``."""
    microphone: AudioSource | None
    """What we say, e.g. a ``visavis.client.Microphone``; pulled every 20 ms. Also at Daily."""
    camera: VideoSource | None
    """What we show."""
    receive_audio: bool
    """Whether the replica's voice is received, as it is unless this is false; also at Daily."""
    receive_video: bool
    """Whether its picture is received, likewise."""
    ice_servers: Sequence[IceServer]
    """STUN and TURN servers for our side; empty: those that the server names."""
    signal: Signal | None
    """Takes the offer and gives the answer instead of HTTP; the address is then not used."""
