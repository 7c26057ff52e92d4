"""Hands what a call receives to a program's callbacks, each on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.client.daily import colors
from visavis.client.daily.dispatch import Dispatcher
from visavis.client.daily.frames import AudioData, VideoFrame
from visavis.client.received import ReceivedPicture
from visavis.rooms.base import PLAYOUT_RATE

TICK_MS = 10
"""Callback intervals are multiples of it."""
WAITING_AUDIO = 500
"""Pieces of 20 ms that a slow callback may be behind: 10 s."""
WAITING_PICTURES = 3


class AudioRenderer:
    """Somebody's audio in the rate and the pieces a program asked for."""

    def __init__(
        self,
        participant_id: str,
        callback: Callable[[str, AudioData, str], Any],
        source: str,
        sample_rate: int,
        interval_ms: int,
    ) -> None:
        """Make one.

        Args:
            participant_id: whose.
            callback: takes the participant's id, the audio, and the source.
            source: e.g. ``microphone``.
            sample_rate: Hz.
            interval_ms: the length of a piece.

        Raises:
            ValueError: the interval is no multiple of 10 ms.
        """
        if interval_ms < TICK_MS or interval_ms % TICK_MS:
            raise ValueError(f"callback_interval_ms is {interval_ms}; it must be a multiple of {TICK_MS}")
        self.participant_id, self.source = participant_id, source
        self._callback, self._rate = callback, sample_rate
        self._size = sample_rate * interval_ms // 1000
        self._held = np.empty(0, np.int16)
        self._resampler: Any = soxr.ResampleStream(PLAYOUT_RATE, sample_rate, 1, dtype="int16")
        self._thread = Dispatcher("visavis-daily-audio-renderer", WAITING_AUDIO)

    def push(self, samples: NDArray[np.int16]) -> None:
        """A piece came: mono, ``PLAYOUT_RATE``."""
        self._thread.call(self._render, samples)

    def close(self) -> None:
        """No more will come."""
        self._thread.close()

    def _render(self, samples: NDArray[np.int16]) -> None:
        converted = np.asarray(self._resampler.resample_chunk(samples), np.int16)
        self._held = np.concatenate((self._held, converted))
        while len(self._held) >= self._size:
            piece, self._held = self._held[: self._size], self._held[self._size :]
            data = AudioData(16, self._rate, 1, len(piece), piece.astype("<i2").tobytes())
            self._callback(self.participant_id, data, self.source)


class VideoRenderer:
    """Somebody's pictures in the format a program asked for; a slow callback sees fewer."""

    def __init__(
        self,
        participant_id: str,
        callback: Callable[[str, VideoFrame, str], Any],
        source: str,
        color_format: str,
    ) -> None:
        """Make one.

        Raises:
            ValueError: there is no such format.
        """
        self.participant_id, self.source = participant_id, source
        self._callback, self._format = callback, colors.check(color_format)
        self._thread = Dispatcher("visavis-daily-video-renderer", WAITING_PICTURES)

    def push(self, picture: ReceivedPicture) -> None:
        """A picture came."""
        self._thread.call(self._render, picture)

    def close(self) -> None:
        """No more will come."""
        self._thread.close()

    def _render(self, picture: ReceivedPicture) -> None:
        frame = picture.frame
        shown = VideoFrame(
            buffer=colors.pixels(frame, self._format),
            width=frame.width,
            height=frame.height,
            timestamp_us=int(picture.received_at * 1_000_000),
            color_format=self._format,
        )
        self._callback(self.participant_id, shown, self.source)
