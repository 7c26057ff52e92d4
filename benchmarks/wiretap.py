"""What arrives on the wire of a Python peer, before any jitter buffer.

aiortc hands packets out only after its jitter buffer has filled. The tap stands before it: it notes when each
RTP packet of the replica came, and decodes its Opus on the spot. So it tells what the server sent from what
the receiver's buffer adds.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtpPacket

from benchmarks.sound import RATE, Sound

Handler = Callable[[Any, RtpPacket, int], Awaitable[None]]


@dataclass(slots=True)
class Wire:
    """Everything that arrived while the tap was in place.

    Attributes:
        sound: decoded at arrival.
        pictures: ``time.monotonic`` seconds of the first packet of each video frame: what the server encoded.
        video_bytes: of all video packets' payloads.
    """

    sound: Sound = field(default_factory=lambda: Sound(played=False))
    pictures: list[float] = field(default_factory=list)
    video_bytes: int = 0
    _decoder: Any = None
    _last_picture: int = -1

    def packet(self, kind: str, packet: RtpPacket) -> None:
        """Take one packet in."""
        now = time.monotonic()
        if kind == "video":
            self._video(packet, now)
        elif packet.payload:
            self._audio(packet, now)

    def _video(self, packet: RtpPacket, now: float) -> None:
        if packet.payload:
            self.video_bytes += len(packet.payload)
            if packet.timestamp != self._last_picture:
                self._last_picture = packet.timestamp
                self.pictures.append(now)

    def _audio(self, packet: RtpPacket, now: float) -> None:
        if self._decoder is None:
            self._decoder = av.CodecContext.create("libopus", "r")
            self._decoder.format, self._decoder.layout, self._decoder.sample_rate = "s16", "stereo", RATE
        for frame in self._decoder.decode(av.Packet(packet.payload)):
            samples = frame.to_ndarray().reshape(-1, 2)[:, 0]
            self.sound.add(np.ascontiguousarray(samples), now)


@contextmanager
def tapped() -> Iterator[Wire]:
    """Listen in on all aiortc receivers of this process. One call at a time."""
    wire = Wire()
    original: Handler = RTCRtpReceiver._handle_rtp_packet

    async def handle(receiver: Any, packet: RtpPacket, arrival_time_ms: int) -> None:
        media = packet.payload_type in _media_types(receiver)
        if media:
            wire.packet(receiver.track.kind, packet)
        await original(receiver, packet, arrival_time_ms)

    RTCRtpReceiver._handle_rtp_packet = handle
    try:
        yield wire
    finally:
        RTCRtpReceiver._handle_rtp_packet = original


def _media_types(receiver: Any) -> set[int]:
    """Payload types that carry media; a retransmission (RFC 4588) repeats what was sent before."""
    codecs: dict[int, Any] = receiver._RTCRtpReceiver__codecs
    return {number for number, codec in codecs.items() if not codec.mimeType.lower().endswith("/rtx")}
