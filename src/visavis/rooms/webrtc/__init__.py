"""The embedded room: WebRTC in this process."""

from visavis.rooms.webrtc.room import Joined, WebRTCRoom

__all__ = ["Joined", "WebRTCRoom"]
