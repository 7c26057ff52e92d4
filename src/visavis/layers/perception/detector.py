"""Finds faces: BlazeFace, short range (up to about two metres from a webcam)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.layers.perception.crop import Canvas, Square
from visavis.layers.perception.runtime import network

SIZE = 128
FOUND = 0.5
"""Score from which it is a face."""
SAME = 0.3
"""Overlap (intersection over union) from which two finds are one face."""
_GROWN = 1.5
"""The landmark network wants that much around a find."""


@dataclass(frozen=True, slots=True)
class Find:
    """A face.

    Attributes:
        score: 0 to 1.
        square: around it, upright with respect to the eyes, as the landmark network wants it.
        box: left, top, right, bottom, pixels.
    """

    score: float
    square: Square
    box: tuple[float, float, float, float]


class Detector:
    """Args: ``bundle``: the face landmarker's file."""

    def __init__(self, bundle: Path) -> None:
        self._network = network(bundle, "face_detector.tflite")
        self._anchors = _anchors()

    def __call__(self, canvas: Canvas, window: Square | None = None) -> list[Find]:
        """Blocking. Every face in the whole picture, or in an upright window of it; the surest first."""
        side = float(max(canvas.width, canvas.height))
        whole = window or Square(canvas.width / 2, canvas.height / 2, side)
        pixels = canvas.cut(whole, SIZE).astype(np.float32) / 127.5 - 1.0
        out = self._network(pixels[None])
        scores = 1.0 / (1.0 + np.exp(-np.clip(out["classificators"][0, :, 0], -50, 50)))
        kept = np.flatnonzero(scores >= FOUND)
        raw = out["regressors"][0, kept].reshape(-1, 8, 2)
        points = raw + self._anchors[kept, None] * SIZE
        points[:, 1] = raw[:, 1]
        finds: list[Find] = []
        for cluster in _clusters(points, scores[kept]):
            weights = scores[kept][cluster]
            mean = np.average(points[cluster], axis=0, weights=weights)
            finds.append(_find(mean, float(weights.max()), whole))
        return finds


def _find(points: NDArray[np.float32], score: float, whole: Square) -> Find:
    """From the network's own coordinates: centre, size, then right eye, left eye, nose, mouth and ears."""
    scale = whole.side / SIZE
    width, height = points[1] * scale
    spots = whole.to_picture(np.delete(points, 1, axis=0).astype(np.float32), SIZE)
    (x, y), right_eye, left_eye = spots[0], spots[1], spots[2]
    angle = math.atan2(left_eye[1] - right_eye[1], left_eye[0] - right_eye[0])
    square = Square(float(x), float(y), float(max(width, height)) * _GROWN, angle)
    box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return Find(score, square, tuple(float(edge) for edge in box))  # type: ignore[arg-type]


def _clusters(points: NDArray[np.float32], scores: NDArray[np.floating[Any]]) -> list[NDArray[np.intp]]:
    """Finds of the same face, the best face first."""
    low, high = points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2
    left = np.argsort(-scores)
    clusters = []
    while left.size:
        best = left[0]
        inner = np.minimum(high[left], high[best]) - np.maximum(low[left], low[best])
        common = np.clip(inner, 0, None).prod(axis=1)
        areas = (high - low).clip(0).prod(axis=1)
        same = common / (areas[left] + areas[best] - common + 1e-9) >= SAME
        same[0] = True
        clusters.append(left[same])
        left = left[~same]
    return clusters


def _anchors() -> NDArray[np.float32]:
    """Centres of the network's 896 cells, 0 to 1 (x, y)."""
    found = []
    for stride, each in ((8, 2), (16, 6)):
        cells = SIZE // stride
        for y in range(cells):
            for x in range(cells):
                found += [((x + 0.5) / cells, (y + 0.5) / cells)] * each
    return np.array(found, np.float32)
