"""Voice activity by Silero v6."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis import weights
from visavis.layers import onnx
from visavis.layers.conversational_flow.base import SAMPLE_RATE, VAD_FRAME

_CONTEXT = 64
"""Samples of the frame before that the model wants to see again."""


class Silero:
    """``VAD``. Instances of one process share the model; each has its own state.

    Args:
        path: the ONNX file; default: the store's.

    Raises:
        ModelUnavailable: no path was given and the store has none.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._session = _session(path or weights.find("silero-vad"))
        self._rate = np.array(SAMPLE_RATE, np.int64)
        self._state: NDArray[np.float32]
        self._context: NDArray[np.float32]
        self.reset()

    def __call__(self, frame: NDArray[np.float32]) -> float:
        """Probability of speech in ``VAD_FRAME`` samples; about 0.2 ms."""
        window = np.concatenate((self._context, frame.reshape(1, VAD_FRAME)), axis=1, dtype=np.float32)
        feed = {"input": window, "state": self._state, "sr": self._rate}
        probability, self._state = self._session.run(None, feed)
        self._context = window[:, -_CONTEXT:]
        return float(probability[0, 0])

    def reset(self) -> None:
        """Forget the past."""
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros((1, _CONTEXT), np.float32)


@cache
def _session(path: Path) -> Any:
    return onnx.session(str(path))
