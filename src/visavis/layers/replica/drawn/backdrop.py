"""The room behind the replica: out of focus, painted once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    RGBA,
    Viewport,
    daub,
    fill,
    glow,
    ink,
    linear,
    outline,
    radial,
    skia,
    stroke,
)

_NEAR_BLUR, _FAR_BLUR = 7.0, 13.0


def backdrop(view: Viewport) -> NDArray[np.uint8]:
    """Opaque RGBA pixels of the whole frame, shape (height, width, 4)."""
    pixels = np.zeros((view.height, view.width, 4), np.uint8)
    with skia.Surface(pixels, colorType=RGBA, alphaType=skia.kUnpremul_AlphaType) as canvas:
        view.apply(canvas)
        _wall(canvas, view)
        _window(canvas)
        _shelf(canvas)
        _lamp(canvas)
        _plant(canvas)
        _depth(canvas, view)
    return pixels


def _whole(view: Viewport) -> skia.Rect:
    return skia.Rect.MakeLTRB(view.left, 0, view.right, 480)


def _wall(canvas: skia.Canvas, view: Viewport) -> None:
    colors = [ink(palette.WALL_LIGHT), ink(palette.WALL), ink(palette.WALL_DARK)]
    canvas.drawRect(_whole(view), fill(shader=linear((60, 0), (640, 420), colors, [0, 0.5, 1])))


def _window(canvas: skia.Canvas) -> None:
    daub(canvas, glow(palette.WINDOW, 0.85), 70, 120, 260, 270)
    pane = fill(ink(palette.WINDOW, 0.85), blur=_FAR_BLUR)
    for left, top, right, bottom in ((-40, -30, 62, 118), (82, -30, 176, 118), (-40, 138, 62, 300)):
        canvas.drawRect(skia.Rect.MakeLTRB(left, top, right, bottom), pane)
    canvas.drawRect(skia.Rect.MakeLTRB(82, 138, 176, 300), pane)
    curtain = fill(ink(palette.WALL_LIGHT, 0.75), blur=9)
    canvas.drawPath(
        outline("M 184 -20 C 178 120 192 240 176 360 L 214 360 C 216 220 206 100 216 -20 Z"), curtain
    )


def _shelf(canvas: skia.Canvas) -> None:
    board = fill(ink(palette.WOOD_DARK, 0.8), blur=_NEAR_BLUR)
    canvas.drawRect(skia.Rect.MakeLTRB(452, 150, 700, 161), board)
    canvas.drawRect(skia.Rect.MakeLTRB(452, 300, 700, 312), board)
    books = ((470, 96, 0x7C8F97), (487, 84, 0xB4785C), (503, 102, 0xD9CBB4), (519, 90, 0x5F6F62))
    for x, top, color in books:
        canvas.drawRect(skia.Rect.MakeLTRB(x, top, x + 13, 150), fill(ink(color, 0.75), blur=_NEAR_BLUR))
    canvas.drawOval(skia.Rect.MakeLTRB(566, 112, 612, 152), fill(ink(0xD8B08C, 0.7), blur=_NEAR_BLUR))
    for x, top, color in ((476, 262, 0xC9B79F), (500, 246, 0x8A6A50), (516, 252, 0x9AA7A0)):
        canvas.drawRect(skia.Rect.MakeLTRB(x, top, x + 15, 300), fill(ink(color, 0.7), blur=_NEAR_BLUR))


def _lamp(canvas: skia.Canvas) -> None:
    daub(canvas, glow(palette.LAMP, 0.8), 590, 246, 130, 120)
    shade = outline("M 566 218 L 614 218 L 628 268 L 552 268 Z")
    colors = [ink(0xFFEFD2, 0.95), ink(palette.LAMP, 0.9)]
    canvas.drawPath(shade, fill(shader=linear((590, 218), (590, 268), colors), blur=5))
    canvas.drawPath(outline("M 590 268 L 590 300"), stroke(ink(palette.WOOD_DARK, 0.8), 5, blur=4))


def _plant(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(11)
    for _ in range(26):
        angle, length = rng.uniform(-2.6, -0.5), rng.uniform(60, 150)
        tip = (48 + length * np.cos(angle), 420 + length * np.sin(angle) * 1.25)
        bend = (48 + length * 0.3 * np.cos(angle) - 10, 420 + length * np.sin(angle))
        leaf = skia.Path()
        leaf.moveTo(48, 430)
        leaf.quadTo(*map(float, bend), *map(float, tip))
        color = palette.LEAF if rng.uniform() < 0.5 else palette.LEAF_DARK
        canvas.drawPath(leaf, stroke(ink(color, 0.5), float(rng.uniform(5, 13)), blur=6))
    pot = outline("M 8 424 L 92 424 L 82 500 L 18 500 Z")
    canvas.drawPath(pot, fill(ink(0xB98A6C, 0.9), blur=_NEAR_BLUR))


def _depth(canvas: skia.Canvas, view: Viewport) -> None:
    """A light behind the head and darker edges bring the figure forward."""
    daub(canvas, glow(0xFFF7EA, 0.42), 320, 190, 240, 260)
    edges = radial((320, 210), 430, [ink(0x2A2320, 0), ink(0x2A2320, 0.08), ink(0x2A2320, 0.42)], [0, 0.6, 1])
    canvas.drawRect(_whole(view), fill(shader=edges))
