"""The playout clock: what has left for the room, sample by sample.

The room pulls; what it pulled counts as heard, and nothing else does (DESIGN rules 2 and 3). Durations come
from samples, never from wall time. Video asks this clock what the mouth is saying.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.media.sounds import Mouth, Phoneme

RATE = 48_000
"""Hz."""
FADE = 240
"""Samples of the ramp to silence after a stop: 5 ms, so that it does not click."""
BEHIND, AHEAD = 0.35, 0.45
"""Seconds of phonemes around now that a mouth is told."""


@dataclass(slots=True)
class _Chunk:
    """Audio waiting to leave.

    Attributes:
        samples: what has not left yet.
        taken: samples of it that have left.
        phonemes: of the whole chunk, in seconds from its beginning.
    """

    generation: int
    samples: NDArray[np.int16]
    phonemes: Sequence[Phoneme]
    taken: int = 0


@dataclass(frozen=True, slots=True)
class _Sound:
    """A phoneme on the room's timeline, in samples."""

    symbol: str
    start: int
    end: int


@dataclass(slots=True)
class Playout:
    """A queue of speech that a room pulls from. Belongs to one event loop.

    Attributes:
        on_progress: called after a pull with (generation, its samples that have left so far).
        clock: seconds; only interpolates between pulls.
    """

    on_progress: Callable[[int, int], None]
    clock: Callable[[], float] = time.monotonic
    _queue: deque[_Chunk] = field(default_factory=deque)
    _sounds: deque[_Sound] = field(default_factory=deque)
    _left: dict[int, int] = field(default_factory=dict)
    _pulled: int = 0
    _tail: int = 0
    _pulled_at: float = 0.0
    _last_frame: int = 0
    _last_sample: int = 0
    _fading: bool = False
    _loudness: float = 0.0

    @property
    def waiting(self) -> float:
        """Seconds of speech that have not left yet."""
        return max(0, self._tail - self._pulled) / RATE

    def write(self, generation: int, samples: NDArray[np.int16], phonemes: Sequence[Phoneme] = ()) -> None:
        """Queue speech behind what is queued.

        Args:
            generation: whose it is.
            samples: mono, ``RATE``.
            phonemes: its sounds, in seconds from its beginning.
        """
        start = max(self._tail, self._pulled)
        self._queue.append(_Chunk(generation, samples, phonemes))
        self._tail = start + len(samples)
        self._sounds.extend(
            _Sound(sound.symbol, start + round(sound.start * RATE), start + round(sound.end * RATE))
            for sound in phonemes
        )

    def stop(self, generation: int) -> int:
        """Drop what is left of a generation.

        Returns:
            How many of its samples have left for the room; no more will.
        """
        if any(chunk.generation == generation for chunk in self._queue):
            kept = [chunk for chunk in self._queue if chunk.generation != generation]
            self._queue.clear()
            self._sounds.clear()
            self._tail = self._pulled
            self._fading = self._last_sample != 0
            for chunk in kept:
                self._requeue(chunk)
        return self._left.pop(generation, 0)

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples for the room: speech as far as there is any, then silence."""
        out = np.zeros(samples, np.int16)
        filled = 0
        touched: list[int] = []
        if self._fading:
            ramp = np.linspace(self._last_sample, 0, FADE + 2)[1:-1].astype(np.int16)
            out[: len(ramp)] = ramp[:samples]
            self._fading = False
        while filled < samples and self._queue:
            chunk = self._queue[0]
            taken = chunk.samples[: samples - filled]
            out[filled : filled + len(taken)] = taken
            filled += len(taken)
            self._left[chunk.generation] = self._left.get(chunk.generation, 0) + len(taken)
            if chunk.generation not in touched:
                touched.append(chunk.generation)
            if len(taken) == len(chunk.samples):
                self._queue.popleft()
            else:
                chunk.samples = chunk.samples[len(taken) :]
                chunk.taken += len(taken)
        self._pulled += samples
        self._pulled_at, self._last_frame = self.clock(), samples
        self._forget_sounds()
        self._last_sample = int(out[-1])
        self._measure(out)
        for generation in touched:
            self.on_progress(generation, self._left.get(generation, 0))
        return out

    def mouth(self, lead: float = 0.0) -> Mouth:
        """What is being heard now, for the renderer.

        Args:
            lead: seconds until the picture drawn from this will be shown.
        """
        since = min(max(self.clock() - self._pulled_at, 0.0) * RATE, self._last_frame)
        now = self._pulled - self._last_frame + since + lead * RATE
        near = tuple(
            Phoneme(sound.symbol, (sound.start - now) / RATE, (sound.end - now) / RATE)
            for sound in self._sounds
            if sound.end >= now - BEHIND * RATE and sound.start < now + AHEAD * RATE
        )
        return Mouth(near, self._loudness)

    def _requeue(self, chunk: _Chunk) -> None:
        """Put back what another generation's stop has moved forward on the timeline."""
        passed = chunk.taken / RATE
        moved = [Phoneme(p.symbol, p.start - passed, p.end - passed) for p in chunk.phonemes]
        self.write(chunk.generation, chunk.samples, moved)

    def _forget_sounds(self) -> None:
        """A mouth is told no more of what is long over. Done here: an unseen replica asks for no mouth."""
        while self._sounds and self._sounds[0].end < self._pulled - self._last_frame - BEHIND * RATE:
            self._sounds.popleft()

    def _measure(self, frame: NDArray[np.int16]) -> None:
        """RMS of the frame on a scale that speech fills: -50 dBFS is 0, -10 dBFS is 1."""
        rms = float(np.sqrt(np.mean(np.square(frame, dtype=np.float64)))) / 32768.0
        decibels = 20.0 * np.log10(max(rms, 1e-6))
        self._loudness = float(np.clip((decibels + 50.0) / 40.0, 0.0, 1.0))
