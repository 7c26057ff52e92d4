"""Puts the parts together, back to front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis.layers.replica.drawn.backdrop import backdrop
from visavis.layers.replica.drawn.body import Body
from visavis.layers.replica.drawn.canvas import RGBA, Viewport, skia
from visavis.layers.replica.drawn.eyes import Eyes
from visavis.layers.replica.drawn.face import Face
from visavis.layers.replica.drawn.hair import Hair
from visavis.layers.replica.drawn.head import Head
from visavis.layers.replica.drawn.mouth import Lips
from visavis.layers.replica.drawn.pose import Pose

GREEN = (0, 255, 155, 255)


class Painter:
    """Draws poses into one buffer. For one thread at a time.

    Args:
        width: of the frame, pixels.
        height: likewise.

    Attributes:
        greenscreen: the background is one green instead of a room.
    """

    def __init__(self, width: int, height: int) -> None:
        self.greenscreen = False
        self._view = Viewport(width, height)
        self._backdrop = backdrop(self._view)
        self._pixels = np.zeros((height, width, 4), np.uint8)
        # skia draws gradients and images three times as fast on a surface that is not premultiplied (its
        # wheels vectorise only that path); the picture is opaque, so the pixels are the same.
        self._surface = skia.Surface(self._pixels, colorType=RGBA, alphaType=skia.kUnpremul_AlphaType)
        self._body, self._face = Body(self._view), Face(self._view)
        self._eyes, self._lips, self._hair = Eyes(self._view), Lips(self._view), Hair(self._view)

    def paint(self, pose: Pose) -> NDArray[np.uint8]:
        """The frame as opaque RGBA, shape (height, width, 4); the next call overwrites it."""
        np.copyto(self._pixels, GREEN if self.greenscreen else self._backdrop, casting="unsafe")
        with self._surface as canvas:
            canvas.save()
            self._view.apply(canvas)
            head = Head.of(pose)
            self._hair.draw_back(canvas, pose, head)
            self._body.draw(canvas, pose, head)
            canvas.save()
            head.place(canvas)
            self._face.draw(canvas, pose, head)
            self._eyes.draw(canvas, pose, head)
            self._lips.draw(canvas, pose, head)
            canvas.restore()
            self._hair.draw_front(canvas, pose, head)
            canvas.restore()
        return self._pixels
