"""aiortc: WebRTC in Python, the portable engine."""

from __future__ import annotations

import aiortc as api
from aioice import ice
from aiortc.codecs import vpx
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from aiortc.sdp import candidate_from_sdp

from visavis.rooms.base import RoomCaps
from visavis.rooms.webrtc.engine import MAX_VIDEO_BITRATE, START_VIDEO_BITRATE, Engine

_addresses_without_loopback = ice.get_host_addresses


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """Left alone, aioice never offers loopback, which leaves a machine without a network no address."""
    addresses: list[str] = _addresses_without_loopback(use_ipv4, use_ipv6)
    return addresses or ["127.0.0.1"]


def load() -> Engine:
    """Set the process up: a loopback address where there is no other, bitrates."""
    ice.get_host_addresses = _host_addresses
    vpx.DEFAULT_BITRATE = START_VIDEO_BITRATE
    vpx.MAX_BITRATE = MAX_VIDEO_BITRATE
    return Engine(
        name="aiortc",
        caps=RoomCaps(engine="aiortc"),
        api=api,
        candidate_from_sdp=candidate_from_sdp,
        # Its encoder makes stereo of mono 3 dB quieter.
        audio_channels=2,
        errors=(
            ValueError,
            TypeError,
            AssertionError,
            LookupError,
            AttributeError,
            ConnectionError,
            RuntimeError,
            InvalidAccessError,
            InvalidStateError,
            OperationError,
            InternalError,
        ),
    )
