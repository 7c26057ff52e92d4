"""Audio whose loudness is its probability of speech, and the VAD that says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000


class LoudnessVAD:
    """As probable as loud; counts its resets."""

    def __init__(self) -> None:
        self.resets = 0

    def __call__(self, frame: NDArray[np.float32]) -> float:
        assert frame.shape == (512,)
        return float(np.abs(frame).mean())

    def reset(self) -> None:
        self.resets += 1


def voice(seconds: float, level: float = 0.9) -> NDArray[np.int16]:
    return np.full(round(seconds * RATE), round(level * 32767), np.int16)


def silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(round(seconds * RATE), np.int16)
