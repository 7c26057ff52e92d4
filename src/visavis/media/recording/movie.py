"""One MP4 file: fragments of a second, so that what was written plays even if the end was never written."""

from __future__ import annotations

import fractions
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

from visavis.media.pictures import VIDEO_CLOCK
from visavis.media.recording.mixer import RATE

FRAGMENT = 1.0
"""Seconds of a fragment, and between key frames: as much as a crash may cost."""
AUDIO_BITRATE = 64_000
VIDEO_BITRATE = 600_000
"""Bits per second at 640x480, at most; other sizes in proportion."""

Codec = Literal["vp9", "h264"]


@dataclass(frozen=True, slots=True)
class _Encoders:
    audio: str
    video: str
    options: dict[str, str]


ENCODERS: dict[Codec, _Encoders] = {
    "vp9": _Encoders(
        "libopus",
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "crf": "34"},
    ),
    "h264": _Encoders("aac", "libx264", {"preset": "veryfast", "tune": "zerolatency", "crf": "25"}),
}
"""Of constant quality, so that a face at rest takes little room. VP9 with Opus is free to use and to pass on;
H.264 with AAC is what the oldest players know."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a file holds.

    Attributes:
        codec: of the picture; the sound's goes with it.
        size: width and height of the picture, pixels; None for sound alone.
        fps: the most pictures in a second.
    """

    codec: Codec
    size: tuple[int, int] | None
    fps: int = 25


class Movie:
    """Writes one file. Blocking; for one thread.

    After ``close`` the file is an ordinary MP4 that can be searched in; before that, and after a crash, a
    fragmented one.

    Args:
        path: of the file; it is made anew, readable by its owner alone.
        form: what it holds.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, form: Format) -> None:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        encoders = ENCODERS[form.codec]
        self._file = av.open(
            str(path),
            "w",
            format="mp4",
            options={
                "movflags": "hybrid_fragmented+frag_keyframe+default_base_moof",
                "frag_duration": str(round(FRAGMENT * 1e6)),
                "flush_packets": "1",
                # A picture that fails to come must not hold the sound back.
                "max_interleave_delta": str(round(FRAGMENT * 1e6)),
            },
        )
        self._audio = self._file.add_stream(encoders.audio, rate=RATE, layout="mono")
        self._audio.bit_rate = AUDIO_BITRATE
        self._video = _video_stream(self._file, form, encoders) if form.size else None
        self._written = 0
        self._shown = -1

    @property
    def duration(self) -> float:
        """Seconds of sound so far."""
        return self._written / RATE

    def hear(self, samples: NDArray[np.int16], at: int) -> None:
        """Write sound; silence fills what is missing before it.

        Args:
            samples: mono, 48 kHz.
            at: where it begins, in samples; not before the end of the last.
        """
        while (missing := at - self._written) > 0:
            self._encode(np.zeros(min(missing, RATE), np.int16))
        if len(samples):
            self._encode(samples)

    def _encode(self, samples: NDArray[np.int16]) -> None:
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, self._written
        frame.time_base = fractions.Fraction(1, RATE)
        self._written += len(samples)
        self._file.mux(self._audio.encode(frame))

    def show(self, picture: NDArray[np.uint8], at: float) -> None:
        """Write a picture; one that does not come after the last is dropped.

        Args:
            picture: I420 planes, shape (height * 3 // 2, width).
            at: when it is shown, seconds.
        """
        pts = round(at * VIDEO_CLOCK)
        if self._video is None or pts <= self._shown:
            return
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = pts, fractions.Fraction(1, VIDEO_CLOCK)
        self._shown = pts
        self._file.mux(self._video.encode(frame))

    def close(self) -> None:
        """Write what is left, and the index."""
        for stream in filter(None, (self._audio, self._video)):
            self._file.mux(stream.encode(None))
        self._file.close()


def _video_stream(file: Any, form: Format, encoders: _Encoders) -> Any:
    assert form.size is not None
    bitrate = VIDEO_BITRATE * form.size[0] * form.size[1] // (640 * 480)
    options = {**encoders.options, "maxrate": str(bitrate), "bufsize": str(bitrate)}
    stream = file.add_stream(encoders.video, rate=form.fps, options=options)
    stream.width, stream.height = form.size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = bitrate
    context = stream.codec_context
    context.time_base = fractions.Fraction(1, VIDEO_CLOCK)
    context.gop_size = max(1, round(form.fps * FRAGMENT))
    context.thread_count = 1
    return stream
