"""One WebRTC stack behind the API both have; which one is said by name and never guessed."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from visavis.errors import ConfigurationError, EngineMissing
from visavis.ice import IceServer
from visavis.rooms.base import RoomCaps

MAX_VIDEO_BITRATE = 1_200_000
"""Bits per second of one viewer's video."""
START_VIDEO_BITRATE = 900_000
"""Bits per second before the network has been measured."""

NextFrame = Callable[[], Awaitable[Any | None]]

MODULES = {
    "wrtc": "visavis.rooms.webrtc.engine_wrtc",
    "aiortc": "visavis.rooms.webrtc.engine_aiortc",
}


@dataclass(frozen=True)
class Engine:
    """A WebRTC stack with aiortc's API.

    Attributes:
        name: as in the settings.
        caps: what rooms on it can do.
        api: the module with ``RTCPeerConnection`` and its companions.
        candidate_from_sdp: parses the value of an ``a=candidate`` line.
        errors: what its calls raise for bad input or a wrong state.
        audio_channels: what frames to send should have.
    """

    name: str
    caps: RoomCaps
    api: Any
    candidate_from_sdp: Callable[[str], Any]
    errors: tuple[type[Exception], ...]
    audio_channels: Literal[1, 2] = 1

    def connection(self, ice_servers: Sequence[IceServer]) -> Any:
        """A new ``RTCPeerConnection``.

        Raises:
            ConfigurationError: when an ICE server cannot be used.
        """
        for server in ice_servers:
            if not server.usable:
                raise ConfigurationError(f"ice_servers: {server.url!r} is no stun: or turn: URL")
        servers = [
            self.api.RTCIceServer(
                urls=server.url, username=server.username or None, credential=server.credential or None
            )
            for server in ice_servers
        ]
        try:
            return self.api.RTCPeerConnection(self.api.RTCConfiguration(iceServers=servers))
        except self.errors as error:
            raise ConfigurationError(f"ice_servers cannot be used: {error}") from error

    def description(self, kind: str, sdp: str) -> Any:
        """An ``RTCSessionDescription``; kind is ``offer`` or ``answer``."""
        return self.api.RTCSessionDescription(sdp=sdp, type=kind)

    def track(self, kind: str, next_frame: NextFrame) -> Any:
        """A local track that sends what ``next_frame`` gives, until it gives None."""
        return _track_class(self.api)(kind, next_frame)

    def prefer(self, transceiver: Any, codec: str) -> None:
        """Put a codec first among those that are negotiated for this transceiver."""
        codecs = self.api.RTCRtpSender.getCapabilities(transceiver.kind).codecs
        first = [entry for entry in codecs if entry.mimeType.lower() == codec]
        rest = [entry for entry in codecs if entry.mimeType.lower() != codec]
        transceiver.setCodecPreferences(first + rest)


@functools.cache
def _track_class(api: Any) -> Any:
    class LocalTrack(api.MediaStreamTrack):  # type: ignore[misc]
        def __init__(self, kind: str, next_frame: NextFrame) -> None:
            super().__init__()
            self.kind = kind
            self._next_frame = next_frame

        async def recv(self) -> Any:
            frame = await self._next_frame()
            if frame is None:
                self.stop()
                raise api.MediaStreamError
            return frame

    return LocalTrack


@functools.cache
def load(name: str) -> Engine:
    """The engine of that name, set up once a process.

    Raises:
        ConfigurationError: when there is no engine of that name.
        EngineMissing: when its package is not installed.
    """
    if name not in MODULES:
        raise ConfigurationError(f"webrtc_engine is {name!r}; it must be one of {', '.join(MODULES)}")
    try:
        engine: Engine = importlib.import_module(MODULES[name]).load()
    except ImportError as error:
        package = {"wrtc": "wrtc[aiortc]"}.get(name, name)
        raise EngineMissing("webrtc", name, f"pip install '{package}' ({error})") from error
    return engine
