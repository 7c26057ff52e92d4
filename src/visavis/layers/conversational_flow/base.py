"""Who speaks when: voice activity and the end of a turn."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
VAD_FRAME = 512
"""Samples a VAD judges at a time: 32 ms."""


class VAD(Protocol):
    """Voice activity detection. One instance a microphone; it has state."""

    def __call__(self, frame: NDArray[np.float32]) -> float:
        """Probability of speech in ``VAD_FRAME`` samples. Takes well under a millisecond."""
        ...

    def reset(self) -> None:
        """Forget the past."""
        ...


class TurnDetector(Protocol):
    """Judges whether a turn is complete. One instance serves a worker, one thread at a time."""

    def complete(self, audio: NDArray[np.float32]) -> float:
        """Blocking. Probability that the speaker has finished.

        Args:
            audio: the turn so far, mono, ``SAMPLE_RATE``, its pause included; the last 8 s count.
        """
        ...
