"""What a program says with its own voice: samples in, 20 ms at a time out."""

from __future__ import annotations

import asyncio
import wave
from collections import deque
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.errors import ConfigurationError
from visavis.rooms.base import PLAYOUT_RATE

AHEAD_SECONDS = 0.2
"""What may wait to be said before ``write`` waits."""

Samples = NDArray[np.int16] | NDArray[np.float32] | NDArray[np.float64]


class Microphone:
    """An ``AudioSource`` to write into; silence when there is nothing.

    Give it to ``join(…, microphone=microphone)``. It belongs to the call's event loop.
    """

    def __init__(self) -> None:
        self._waiting: deque[NDArray[np.int16]] = deque()
        self._samples = 0
        self._taken = asyncio.Event()
        self._rate = PLAYOUT_RATE
        self._resampler: Any = None

    async def write(self, samples: Samples, rate: int) -> None:
        """Say these, behind what waits; returns when less than 0.2 s wait.

        Args:
            samples: mono; int16, or floats within ±1.
            rate: Hz; may change from call to call.
        """
        self._push(self._resampled(_int16(samples), rate, last=False))
        await self._until(AHEAD_SECONDS)

    async def play(self, source: str | Path | Samples | AsyncIterable[Samples], rate: int = 0) -> None:
        """Say all of it; returns when it has been said.

        Args:
            source: a WAV file, samples as for ``write``, or pieces of them as they come.
            rate: Hz of samples; a file has its own.

        Raises:
            ConfigurationError: it is not 16-bit PCM, or the rate is missing.
        """
        if isinstance(source, str | Path):
            samples, rate = await asyncio.to_thread(read_wav, source)
            await self.write(samples, rate)
        elif rate <= 0:
            raise ConfigurationError("play: which sample rate?")
        elif isinstance(source, np.ndarray):
            await self.write(source, rate)
        else:
            async for piece in source:
                await self.write(piece, rate)
        await self.drain()

    async def drain(self) -> None:
        """Return when all has been said."""
        self._push(self._resampled(np.zeros(0, np.int16), self._rate, last=True))
        await self._until(0.0)

    def clear(self) -> None:
        """Forget what has not been said."""
        self._waiting.clear()
        self._samples = 0
        self._resampler = None
        self._taken.set()

    def pull(self, samples: int) -> NDArray[np.int16]:
        """For the call: the next samples."""
        frame = np.zeros(samples, np.int16)
        filled = 0
        while filled < samples and self._waiting:
            piece = self._waiting.popleft()
            part = piece[: samples - filled]
            frame[filled : filled + len(part)] = part
            filled += len(part)
            if len(part) < len(piece):
                self._waiting.appendleft(piece[len(part) :])
        self._samples -= filled
        self._taken.set()
        return frame

    def _push(self, samples: NDArray[np.int16]) -> None:
        if len(samples):
            self._waiting.append(samples)
            self._samples += len(samples)

    async def _until(self, seconds: float) -> None:
        while self._samples > seconds * PLAYOUT_RATE:
            self._taken.clear()
            await self._taken.wait()

    def _resampled(self, samples: NDArray[np.int16], rate: int, last: bool) -> NDArray[np.int16]:
        """A filter runs across writes, so that no seam is heard; another rate begins another one."""
        if rate != self._rate:
            self._push(self._flushed())
            self._rate = rate
        if rate == PLAYOUT_RATE:
            return samples
        if self._resampler is None:
            self._resampler = soxr.ResampleStream(rate, PLAYOUT_RATE, 1, dtype="int16")
        resampled: NDArray[np.int16] = self._resampler.resample_chunk(samples, last)
        if last:
            self._resampler = None
        return resampled

    def _flushed(self) -> NDArray[np.int16]:
        if self._resampler is None:
            return np.zeros(0, np.int16)
        resampler, self._resampler = self._resampler, None
        rest: NDArray[np.int16] = resampler.resample_chunk(np.zeros(0, np.int16), True)
        return rest


def read_wav(path: str | Path) -> tuple[NDArray[np.int16], int]:
    """A WAV file's samples, downmixed to mono, and their rate in Hz.

    Raises:
        ConfigurationError: it is no WAV file of 16-bit PCM.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise ConfigurationError(f"{Path(path).name}: 16-bit PCM is wanted")
            frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            channels, rate = file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        raise ConfigurationError(f"{Path(path).name}: no WAV file: {error}") from error
    return frames.reshape(-1, channels).mean(axis=1).astype(np.int16), rate


def _int16(samples: Samples) -> NDArray[np.int16]:
    flat = samples.reshape(-1)
    if np.issubdtype(flat.dtype, np.floating):
        return (np.clip(flat, -1.0, 1.0) * 32_767).astype(np.int16)
    return flat.astype(np.int16)
