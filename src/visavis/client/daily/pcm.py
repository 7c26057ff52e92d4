"""Audio that a program writes in its own rate and time, and that a call pulls."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.rooms.base import PLAYOUT_RATE

SAMPLE_BYTES = 2

Done = Callable[[], None]


def count_frames(frames: bytes, channels: int) -> int:
    """How many samples of each channel there are.

    Raises:
        TypeError: not bytes.
        ValueError: not a whole number of 16-bit samples for every channel.
    """
    if not isinstance(frames, bytes):
        raise TypeError(f"{type(frames).__name__!r} object is not an instance of 'bytes'")
    if len(frames) % (SAMPLE_BYTES * channels):
        raise ValueError("frames bytestring should contain 16-bit samples")
    return len(frames) // SAMPLE_BYTES // channels


class Device:
    """Audio in and out of programs is interleaved PCM in a rate and with channels of the device's own."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._sample_rate, self._channels = sample_rate, channels

    @property
    def sample_rate(self) -> int:
        """Hz."""
        return self._sample_rate

    @property
    def channels(self) -> int:
        """How many; a call carries mono."""
        return self._channels


class MonoOrStereo(Device):
    """One that takes no more than two channels."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        if channels not in (1, 2):
            raise ValueError(f"{channels} channels; there can be 1 or 2")
        super().__init__(sample_rate, channels)


def added(parts: Sequence[NDArray[np.int16]], samples: int) -> NDArray[np.int16]:
    """Pieces of this length, mixed; silence if there are none."""
    if len(parts) == 1:
        return parts[0]
    total = np.zeros(samples, np.int32)
    for part in parts:
        total += part
    return np.clip(total, -32_768, 32_767).astype(np.int16)


class PcmQueue:
    """16-bit PCM in, mono at ``PLAYOUT_RATE`` out. Written by any thread, pulled by the loop's."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._lock = threading.Lock()
        self._pieces: deque[NDArray[np.int16]] = deque()
        self._held = 0
        self._waiting: list[Done] = []
        self._resampler: Any = None

    def write(self, frames: bytes, done: Done) -> None:
        """Add what is to be heard next.

        Args:
            frames: interleaved samples.
            done: called, on the loop's thread, when the last of them is about to leave.
        """
        samples = np.frombuffer(frames, "<i2").reshape(-1, self._channels)
        mono = samples[:, 0] if self._channels == 1 else samples.mean(axis=1).astype(np.int16)
        with self._lock:
            self._keep(self._resample(mono))
            self._waiting.append(done)

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples, silence where there are none."""
        with self._lock:
            if self._held < samples:
                self._keep(self._rest())
            taken = self._take(samples)
            # A writer that waits for one piece before it brings the next has a frame's time for that.
            done = self._finished() if self._held < samples else []
        for call in done:
            call()
        return np.pad(taken, (0, samples - len(taken)))

    def drain(self) -> None:
        """Nobody will pull any more: forget what is held, and let go whoever waits."""
        with self._lock:
            self._pieces.clear()
            self._held, self._resampler = 0, None
            done = self._finished()
        for call in done:
            call()

    def _finished(self) -> list[Done]:
        done, self._waiting = self._waiting, []
        return done

    def _resample(self, mono: NDArray[np.int16]) -> NDArray[np.int16]:
        if self._rate == PLAYOUT_RATE:
            return mono
        if self._resampler is None:
            self._resampler = soxr.ResampleStream(self._rate, PLAYOUT_RATE, 1, dtype="int16")
        return np.asarray(self._resampler.resample_chunk(mono), np.int16)

    def _rest(self) -> NDArray[np.int16]:
        """What the filter still holds; the next write begins anew."""
        if self._resampler is None:
            return np.empty(0, np.int16)
        rest = self._resampler.resample_chunk(np.empty(0, np.int16), last=True)
        self._resampler = None
        return np.asarray(rest, np.int16)

    def _keep(self, samples: NDArray[np.int16]) -> None:
        if len(samples):
            self._pieces.append(samples)
            self._held += len(samples)

    def _take(self, samples: int) -> NDArray[np.int16]:
        taken: list[NDArray[np.int16]] = []
        wanted = samples
        while wanted and self._pieces:
            piece = self._pieces.popleft()
            if len(piece) > wanted:
                self._pieces.appendleft(piece[wanted:])
                piece = piece[:wanted]
            taken.append(piece)
            wanted -= len(piece)
        self._held -= samples - wanted
        return np.concatenate(taken) if taken else np.empty(0, np.int16)
