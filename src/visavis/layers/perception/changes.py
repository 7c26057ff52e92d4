"""Whether anything has moved since the last picture: most of a call's pictures are like the one before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CELL = 8
_MOVED = 6.0
"""Levels of 255 that the mean of a cell must differ by. A camera's noise in a cell is below one."""


class Changes:
    """Compares each picture with the last one that was looked at."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None

    def moved(self, rgba: NDArray[np.uint8]) -> bool:
        """Whether this picture differs; if so, it is the one to compare with from now on."""
        cell = min(_CELL, *rgba.shape[:2])  # encoders that have nothing to show yet send 2 x 2 pixels
        height, width = (side // cell * cell for side in rgba.shape[:2])
        green = rgba[:height, :width, 1].reshape(height // cell, cell, width // cell, cell)
        cells = green.mean(axis=(1, 3), dtype=np.float32)
        last = self._last
        if last is not None and last.shape == cells.shape and np.abs(cells - last).max() < _MOVED:
            return False
        self._last = cells
        return True
