"""478 points of a face, the irises among them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.layers.perception.crop import Canvas, Square
from visavis.layers.perception.runtime import network

SIZE = 256
_GROWN = 1.5
RIGHT_EYE, LEFT_EYE = (33, 133), (263, 362)
"""Outer and inner corner; right and left are the person's own."""
RIGHT_IRIS, LEFT_IRIS = slice(468, 473), slice(473, 478)
"""Centre first, then four on its rim."""
_UPPER_LIP, _LOWER_LIP = [82, 13, 312], [87, 14, 317]
"""Their inner edges."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """The points of one face.

    Attributes:
        points: shape (478, 3), pixels of the picture; depth grows away from the camera.
        score: that there is a face, 0 to 1.
    """

    points: NDArray[np.float32]
    score: float

    @property
    def square(self) -> Square:
        """Where to look for the same face in the next picture."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        x, y = (low + high) / 2
        across = self.points[LEFT_EYE[0], :2] - self.points[RIGHT_EYE[0], :2]
        angle = math.atan2(float(across[1]), float(across[0]))
        return Square(float(x), float(y), float((high - low).max()) * _GROWN, angle)

    @property
    def lips_apart(self) -> float:
        """The gap between the lips, in distances between the eyes' outer corners; about 0.4 is wide open."""
        eyes = np.linalg.norm(self.points[LEFT_EYE[0]] - self.points[RIGHT_EYE[0]])
        gaps = np.linalg.norm(self.points[_UPPER_LIP] - self.points[_LOWER_LIP], axis=1)
        return float(gaps.mean() / max(float(eyes), 1.0))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, pixels."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


class Mesher:
    """Args: ``bundle``: the face landmarker's file."""

    def __init__(self, bundle: Path) -> None:
        self._network = network(bundle, "face_landmarks_detector.tflite")

    def __call__(self, canvas: Canvas, square: Square) -> Mesh:
        """Blocking. The face within the square."""
        pixels = canvas.cut(square, SIZE).astype(np.float32) / 255.0
        out = self._network(pixels[None])
        points = square.to_picture(out["Identity"].reshape(478, 3), SIZE)
        score = 1.0 / (1.0 + math.exp(-float(np.clip(out["Identity_1"].item(), -50, 50))))
        return Mesh(points, score)
