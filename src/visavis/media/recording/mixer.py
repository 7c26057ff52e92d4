"""Mixes live sources on one timeline, counted in samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Hz of everything here."""
DRIFT = RATE // 10
"""Samples by which a source may be ahead of or behind the timeline before it is put right: 100 ms."""


class Mixer:
    """Adds what sources send where it belongs; ``take`` gives the sum, each sample once.

    Attributes:
        taken: how many samples were.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._sum: NDArray[np.int32] = np.zeros(RATE, np.int32)
        self._due: dict[str, int] = {}

    def add(self, source: str, samples: NDArray[np.int16], now: int) -> None:
        """Mix in the next samples of a source.

        A source's samples follow each other without a seam as long as they come at about their pace; after a
        pause, or where its clock has drifted, they go where the timeline is. What comes too early is dropped,
        as it would be at any listener.

        Args:
            source: names it.
            samples: mono.
            now: where the timeline is.
        """
        due = self._due.get(source, now)
        if due - now > DRIFT:
            return
        if now - due > DRIFT:
            due = now
        self._due[source] = due + len(samples)
        self.put(samples, due)

    def put(self, samples: NDArray[np.int16], at: int) -> None:
        """Mix samples in at a place; what lies before what was taken is cut off."""
        late = max(0, self.taken - at)
        kept, start = samples[late:], max(0, at - self.taken)
        end = start + len(kept)
        if end > len(self._sum):
            self._sum = np.concatenate((self._sum, np.zeros(max(end, RATE), np.int32)))
        self._sum[start:end] += kept

    def skip(self, to: int) -> None:
        """Go on from there, without a mix of what lies between; all that was mixed in must be taken."""
        self.taken = max(self.taken, to)

    def take(self, until: int) -> NDArray[np.int16]:
        """The mix up to here, from where the last one ended; sums beyond the range are clipped."""
        count = max(0, until - self.taken)
        mixed = np.zeros(count, np.int32)
        there = min(count, len(self._sum))
        mixed[:there] = self._sum[:there]
        self._sum[: -there or None] = self._sum[there:]
        self._sum[len(self._sum) - there :] = 0
        self.taken += count
        return np.clip(mixed, -32768, 32767).astype(np.int16)
