"""Decoded audio frames of any shape to mono int16 at one rate."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray


class MonoResampler:
    """Converts a stream of ``av.AudioFrame`` to mono int16; follows changes of the input's shape."""

    def __init__(self, rate: int) -> None:
        """Make a resampler.

        Args:
            rate: Hz of the output.
        """
        self._rate = rate
        self._shape: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def convert(self, frame: Any) -> NDArray[np.int16]:
        """The frame's samples, downmixed and resampled; may be empty while the filter fills."""
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._shape = shape
            self._resampler = av.AudioResampler(format="s16", layout="mono", rate=self._rate)
        frame.pts = None
        chunks = [part.to_ndarray().reshape(-1) for part in self._resampler.resample(frame)]
        if not chunks:
            return np.empty(0, np.int16)
        return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)
