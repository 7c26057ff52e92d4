"""How a scene is lit. Judged by the whole picture: a face's own brightness tells of its skin as well."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis.layers.perception.base import Light, Lighting

_DARK = 0.24
"""Where even the lighter tenth of the picture is below this, it is dark."""
_GLARING = 0.5
"""Share of the picture at its brightest from which it is too bright."""
_WHITE = 0.97
_STEP = 8


def lighting(rgba: NDArray[np.uint8]) -> Lighting:
    """Of a picture of shape (height, width, 4)."""
    sample = rgba[::_STEP, ::_STEP, :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255
    lighter = float(np.percentile(sample, 90))
    glaring = float((sample >= _WHITE).mean())
    kind: Light = "dark" if lighter < _DARK else "bright" if glaring > _GLARING else "good"
    margin = min(abs(lighter - _DARK) / 0.1, abs(glaring - _GLARING) / 0.2, 1.0)
    return Lighting(kind, float(sample.mean()), 0.5 + 0.5 * margin)
