"""End of turn by smart-turn v3: a Whisper encoder that hears whether a sentence sounds finished."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis import weights
from visavis.layers import onnx
from visavis.layers.conversational_flow.base import SAMPLE_RATE
from visavis.media.mel import HOP, log_mel

WINDOW = 8 * SAMPLE_RATE
"""Samples that the model sees: the turn's last 8 s, silence before a shorter one."""


class SmartTurn:
    """``TurnDetector``.

    Args:
        path: the ONNX file; default: the store's.
        threads: for one call; it takes about 50 to 100 ms with one.

    Raises:
        ModelUnavailable: no path was given and the store has none.
    """

    def __init__(self, path: Path | None = None, threads: int = 1) -> None:
        self._session = onnx.session(str(path or weights.find("smart-turn")), threads)
        self.complete(np.zeros(SAMPLE_RATE, np.float32))

    def complete(self, audio: NDArray[np.float32]) -> float:
        """Blocking. Probability that the speaker has finished; see ``TurnDetector``."""
        (probability,) = self._session.run(None, {"input_features": features(audio)[None]})
        return float(probability.reshape(-1)[0])


def features(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the model is fed: log-mel of shape (80, 800) of the normalised last 8 s."""
    window = np.zeros(WINDOW, np.float32)
    recent = audio[-WINDOW:]
    window[WINDOW - len(recent) :] = recent
    # the padding takes part in the normalisation, as in the upstream extractor
    window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
    return log_mel(window, WINDOW // HOP)
