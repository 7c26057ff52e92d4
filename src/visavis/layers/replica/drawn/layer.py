"""Parts of the picture that are painted once and then only moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.layers.replica.drawn.canvas import RGBA, Viewport, skia

_LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear)
_NEAREST = skia.SamplingOptions()


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of the picture, with a transparent border so that turning it leaves no hard edge.

    Attributes:
        image: premultiplied pixels, of the frame's size.
        x: design x of the left edge.
        y: design y of the top edge.
        unit: design units of a pixel.
        sampling: how it is read when it is turned.
    """

    image: skia.Image
    x: float
    y: float
    unit: float
    sampling: skia.SamplingOptions

    @classmethod
    def paint(
        cls, view: Viewport, draw: Callable[[skia.Canvas], None], margin: float = 0.0, soft: bool = False
    ) -> Layer:
        """Keeps what ``draw`` paints.

        Args:
            view: of the frame.
            draw: paints on a canvas in design units.
            margin: design units beyond the frame's edges that are kept too.
            soft: it holds no edges, only soft shade: the nearest pixel is good enough, for half the time.
        """
        scale = view.scale
        edge = round(margin * scale)
        width, height = view.width + 2 * edge, view.height + 2 * edge
        pixels = np.zeros((height, width, 4), np.uint8)
        with skia.Surface(pixels, colorType=RGBA, alphaType=skia.kPremul_AlphaType) as canvas:
            canvas.translate(edge, edge)
            canvas.scale(scale, scale)
            canvas.translate(-view.left, 0)
            draw(canvas)
        top, bottom = _extent(pixels.max(axis=(1, 2)))
        left, right = _extent(pixels.max(axis=(0, 2)))
        crop = np.ascontiguousarray(np.pad(pixels[top:bottom, left:right], ((1, 1), (1, 1), (0, 0))))
        image = skia.Image.fromarray(crop, colorType=RGBA, alphaType=skia.kPremul_AlphaType)
        x, y = (left - edge - 1) / scale + view.left, (top - edge - 1) / scale
        return cls(image, x, y, 1 / scale, _NEAREST if soft else _LINEAR)

    def draw(self, canvas: skia.Canvas) -> None:
        """Puts the layer where it was painted, under the canvas's current matrix and clip."""
        canvas.save()
        canvas.translate(self.x, self.y)
        canvas.scale(self.unit, self.unit)
        canvas.drawImage(self.image, 0, 0, self.sampling)
        canvas.restore()


def _extent(used: NDArray[np.uint8]) -> tuple[int, int]:
    where = np.flatnonzero(used)
    return int(where[0]), int(where[-1]) + 1
