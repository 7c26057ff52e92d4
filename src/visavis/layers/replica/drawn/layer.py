"""Parts of the picture that are painted once and then only moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.layers.replica.drawn.canvas import RGBA, Viewport, skia

_FINER = 2
"""Samples of a layer along a frame pixel."""
_NEAREST = skia.SamplingOptions()


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of the picture.

    It is painted finer than the frame and smoothed over one frame pixel; taking the nearest sample then
    is as good as filtering and costs half.

    Attributes:
        image: premultiplied samples.
        x: design x of the left edge.
        y: design y of the top edge.
        unit: design units of a sample.
    """

    image: skia.Image
    x: float
    y: float
    unit: float

    @classmethod
    def paint(cls, view: Viewport, draw: Callable[[skia.Canvas], None], margin: float = 0.0) -> Layer:
        """Keeps what ``draw`` paints.

        Args:
            view: of the frame.
            draw: paints on a canvas in design units.
            margin: design units beyond the frame's edges that are kept too.
        """
        scale = view.scale * _FINER
        edge = round(margin * scale)
        width, height = view.width * _FINER + 2 * edge, view.height * _FINER + 2 * edge
        pixels = np.zeros((height, width, 4), np.uint8)
        with skia.Surface(pixels, colorType=RGBA, alphaType=skia.kPremul_AlphaType) as canvas:
            canvas.translate(edge, edge)
            canvas.scale(scale, scale)
            canvas.translate(-view.left, 0)
            draw(canvas)
        top, bottom = _extent(pixels.max(axis=(1, 2)))
        left, right = _extent(pixels.max(axis=(0, 2)))
        soft = _smoothed(pixels[top:bottom, left:right])
        image = skia.Image.fromarray(soft, colorType=RGBA, alphaType=skia.kPremul_AlphaType)
        rim = (_FINER - 1) / 2
        return cls(image, (left - edge - rim) / scale + view.left, (top - edge - rim) / scale, 1 / scale)

    def draw(self, canvas: skia.Canvas) -> None:
        """Puts the layer where it was painted, under the canvas's current matrix and clip."""
        canvas.save()
        canvas.translate(self.x, self.y)
        canvas.scale(self.unit, self.unit)
        canvas.drawImage(self.image, 0, 0, _NEAREST)
        canvas.restore()


def _extent(used: NDArray[np.uint8]) -> tuple[int, int]:
    where = np.flatnonzero(used)
    return int(where[0]), int(where[-1]) + 1


def _smoothed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean over one frame pixel around each sample; larger by half a pixel all around."""
    reach = _FINER - 1
    total = np.pad(pixels, ((reach, reach), (reach, reach), (0, 0))).astype(np.uint16)
    for axis in (0, 1):
        size = total.shape[axis] - reach
        parts = [total.take(range(at, at + size), axis) for at in range(_FINER)]
        total = np.sum(parts, axis=0, dtype=np.uint16)
    return np.ascontiguousarray((total // _FINER**2).astype(np.uint8))
