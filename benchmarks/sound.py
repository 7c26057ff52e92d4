"""When something audible came: a record of received sound and the questions asked of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Hz."""
AUDIBLE = 328
"""Amplitude of an int16 sample that counts as audible: -40 dBFS."""


@dataclass(frozen=True, slots=True)
class Span:
    """The audible part of a chunk, in ``time.monotonic`` seconds.

    What is to be played sounds at the sampling rate from the moment its chunk arrives; of a packet on the
    wire only the moment of arrival counts.
    """

    first: float
    last: float


@dataclass(slots=True)
class Sound:
    """Received sound, without the samples: when it was audible.

    Attributes:
        played: whether the samples of a chunk come one after the other, or all as it arrives.
    """

    played: bool = True
    spans: list[Span] = field(default_factory=list)
    chunks: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, samples: NDArray[np.int16], at: float) -> None:
        """Take a chunk in: mono at ``RATE``, arrived at this time."""
        self.chunks += 1
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) >= AUDIBLE)
        if len(loud):
            pace = 1 / RATE if self.played else 0.0
            self.spans.append(Span(at + loud[0] * pace, at + (loud[-1] + 1) * pace))
        self._changed.set()

    def first_after(self, moment: float) -> float | None:
        """When the first audible sample after this moment came."""
        return next((span.first for span in self.spans if span.first >= moment), None)

    def last_after(self, moment: float) -> float | None:
        """When the last audible sample came, if that was after this moment."""
        return next((span.last for span in reversed(self.spans) if span.last >= moment), None)

    async def begins(self, after: float, timeout: float) -> float | None:
        """Wait for the first audible sample after a moment; None when none came in time."""
        try:
            async with asyncio.timeout(timeout):
                while (found := self.first_after(after)) is None:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return None
        return found

    async def quiet(self, seconds: float, timeout: float = 60.0) -> None:
        """Wait until nothing has been audible for so long.

        Raises:
            TimeoutError: it never was.
        """
        begun = time.monotonic()
        async with asyncio.timeout(timeout):
            while True:
                last = self.spans[-1].last if self.spans else begun
                rest = max(begun, last) + seconds - time.monotonic()
                if rest <= 0:
                    return
                await asyncio.sleep(rest)
