"""The suite's own voice, for cases in which a user speaks."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.layers.registry import engine
from visavis.rooms.base import PLAYOUT_RATE


class Microphone:
    """Plays what it is given in real time, silence else. An ``AudioSource``."""

    def __init__(self) -> None:
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._spoken = asyncio.Event()

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples."""
        taken, self._waiting = self._waiting[:samples], self._waiting[samples:]
        if not len(self._waiting):
            self._spoken.set()
        return np.pad(taken, (0, samples - len(taken)))

    async def play(self, speech: NDArray[np.int16]) -> None:
        """Say this (mono, 48 kHz) and return when it has been said."""
        self._spoken.clear()
        self._waiting = speech
        await self._spoken.wait()


class Voice:
    """Speaks with the embedded TTS, which is loaded at the first word."""

    def __init__(self) -> None:
        self._tts: Any = None
        self._said: dict[str, NDArray[np.int16]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def say(self, text: str) -> NDArray[np.int16]:
        """``text`` as sound, mono, 48 kHz.

        Raises:
            EngineMissing: the embedded TTS is not installed.
        """
        async with self._one_at_a_time:
            if text not in self._said:
                self._said[text] = await asyncio.to_thread(self._synthesize, text)
        return self._said[text]

    def _synthesize(self, text: str) -> NDArray[np.int16]:
        if self._tts is None:
            self._tts = engine("tts", "hibari")()
        speech = self._tts.synthesize(text)
        samples: NDArray[np.float32] = soxr.resample(speech.samples, self._tts.sample_rate, PLAYOUT_RATE)
        loud = np.clip(samples, -1.0, 1.0) * 32_767
        return loud.astype(np.int16)
