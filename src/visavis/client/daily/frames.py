"""What renderers are given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioData:
    """A piece of somebody's audio.

    Attributes:
        bits_per_sample: always 16.
        sample_rate: Hz.
        num_channels: always 1.
        num_audio_frames: samples of one channel.
        audio_frames: 16-bit linear PCM, little endian.
    """

    bits_per_sample: int
    sample_rate: int
    num_channels: int
    num_audio_frames: int
    audio_frames: bytes


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """A picture of somebody's video.

    Attributes:
        buffer: its pixels, rows without padding.
        width: pixels.
        height: pixels.
        timestamp_us: when it was received, in microseconds of a monotonic clock.
        color_format: how ``buffer`` holds a pixel.
    """

    buffer: bytes
    width: int
    height: int
    timestamp_us: int
    color_format: str
