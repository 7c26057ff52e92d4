"""Voice activity of 10 ms frames, by the engine that the replica's own ears use."""

from __future__ import annotations

import threading

import numpy as np
import soxr

from visavis.client.daily.pcm import SAMPLE_BYTES, Device
from visavis.layers.conversational_flow.base import SAMPLE_RATE, VAD_FRAME
from visavis.layers.conversational_flow.silero import Silero

FRAMES_PER_SECOND = 100


class NativeVad(Device):
    """Silero behind daily-python's interface. Made by ``Daily.create_native_vad``.

    Silero judges 32 ms at a time, so the probability changes with every third or fourth frame.
    """

    def __init__(self, reset_period_ms: int, sample_rate: int, channels: int) -> None:
        """Load the model.

        Raises:
            ModelUnavailable: it is not in the store; the message says how to fetch it.
        """
        super().__init__(sample_rate, channels)
        self._reset_period_ms = reset_period_ms
        self._vad = Silero()
        self._lock = threading.Lock()
        self._resampler = soxr.ResampleStream(sample_rate, SAMPLE_RATE, 1, dtype="float32")
        self._unjudged = np.empty(0, np.float32)
        self._since_reset_ms = 0
        self._probability = 0.0

    @property
    def reset_period_ms(self) -> int:
        """Milliseconds of audio after which a silent detector forgets the past."""
        return self._reset_period_ms

    def analyze_frames(self, frames: bytes) -> float:
        """Listen to the first 10 ms of these.

        Args:
            frames: 16-bit linear PCM, interleaved.

        Returns:
            The probability, from 0 to 1, that somebody speaks. 0 for less than 10 ms.

        Raises:
            ValueError: not whole samples.
        """
        if len(frames) % SAMPLE_BYTES:
            raise ValueError("frames bytestring should contain 16-bit samples")
        size = self._sample_rate // FRAMES_PER_SECOND
        samples = np.frombuffer(frames, "<i2")[:: self._channels][:size]
        if len(samples) < size:
            return 0.0
        with self._lock:
            sound = self._resampler.resample_chunk(samples.astype(np.float32) / 32_768)
            self._unjudged = np.concatenate((self._unjudged, sound))
            while len(self._unjudged) >= VAD_FRAME:
                self._probability = self._vad(self._unjudged[:VAD_FRAME])
                self._unjudged = self._unjudged[VAD_FRAME:]
            self._grow_older()
            return self._probability

    def _grow_older(self) -> None:
        self._since_reset_ms += 1000 // FRAMES_PER_SECOND
        # In the middle of speech the detector needs what it remembers.
        if self._since_reset_ms >= self._reset_period_ms and self._probability < 0.5:
            self._vad.reset()
            self._since_reset_ms = 0
