"""libwebrtc, by way of wrtc's aiortc-style API."""

from __future__ import annotations

import webrtc
from webrtc import aiortc as api
from webrtc.aiortc.codecs import vpx
from webrtc.aiortc.sdp import candidate_from_sdp
from webrtc.loopback import allow_loopback

from visavis.rooms.base import RoomCaps
from visavis.rooms.webrtc.engine import MAX_VIDEO_BITRATE, START_VIDEO_BITRATE, Engine

# A machine may have no other address. Once a process, before any connection: later it cannot be changed.
allow_loopback()


def load() -> Engine:
    """Set the process up: bitrates."""
    vpx.DEFAULT_BITRATE = START_VIDEO_BITRATE
    vpx.MAX_BITRATE = MAX_VIDEO_BITRATE
    return Engine(
        name="wrtc",
        caps=RoomCaps(engine="wrtc", ice_restart=True, congestion_control=True),
        api=api,
        candidate_from_sdp=candidate_from_sdp,
        errors=(
            ValueError,
            TypeError,
            AssertionError,
            webrtc.RTCException,
            api.InvalidAccessError,
            api.InvalidStateError,
            api.OperationError,
            api.InternalError,
        ),
    )
