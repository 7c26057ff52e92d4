"""Square cuts out of a picture, turned and scaled, as networks want them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray

_SAMPLING = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kNone)
_SHRINKING = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kNearest)


@dataclass(frozen=True, slots=True)
class Square:
    """A turned square in a picture.

    Attributes:
        x: of its centre, pixels.
        y: likewise.
        side: pixels.
        angle: radians, clockwise in the picture.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    def to_picture(self, points: NDArray[np.float32], size: int) -> NDArray[np.float32]:
        """From a cut of ``size`` pixels back into the picture. Depth, if there, is scaled alike."""
        scale = self.side / size
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x, y = (points[:, 0] - size / 2) * scale, (points[:, 1] - size / 2) * scale
        moved: list[NDArray[np.floating[Any]]] = [x * cos - y * sin + self.x, x * sin + y * cos + self.y]
        if points.shape[1] > 2:
            moved.append(points[:, 2] * scale)
        return np.stack(moved, axis=1).astype(np.float32)


class Canvas:
    """One picture, ready to be cut.

    Args:
        rgba: shape (height, width, 4), uint8.
    """

    def __init__(self, rgba: NDArray[np.uint8]) -> None:
        self.height, self.width = rgba.shape[:2]
        self._image = skia.Image.fromarray(
            np.ascontiguousarray(rgba), skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kOpaque_AlphaType
        )

    def cut(self, square: Square, size: int) -> NDArray[np.uint8]:
        """The square as ``size`` x ``size`` pixels, shape (size, size, 3); black where the picture ends."""
        out = np.zeros((size, size, 4), np.uint8)
        canvas = skia.Canvas(out, skia.ColorType.kRGBA_8888_ColorType)
        canvas.translate(size / 2, size / 2)
        scale = size / max(square.side, 1.0)
        canvas.scale(scale, scale)
        canvas.rotate(-math.degrees(square.angle))
        canvas.translate(-square.x, -square.y)
        canvas.drawImage(self._image, 0, 0, _SHRINKING if scale < 0.5 else _SAMPLING)
        return out[:, :, :3]
