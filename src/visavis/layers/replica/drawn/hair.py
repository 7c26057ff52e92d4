"""The hair: a shoulder-length bob parted on the viewer's right, behind and in front of the face."""

from __future__ import annotations

import numpy as np

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    Viewport,
    fill,
    ink,
    linear,
    outline,
    skia,
    strands,
    stroke,
)
from visavis.layers.replica.drawn.head import Head
from visavis.layers.replica.drawn.layer import Layer
from visavis.layers.replica.drawn.pose import Pose

_CURTAIN = (
    "M 300 190 C 262 184 230 196 226 240 C 226 290 212 330 214 366 C 216 390 246 404 264 396 "
    "C 278 390 286 380 290 368 L 300 368 Z"
)
_FRINGE = (
    "M 340 50 C 282 44 232 66 216 116 C 207 150 206 190 212 240 C 216 212 226 184 244 164 "
    "C 260 142 306 134 348 94 C 372 116 390 138 397 164 C 412 184 422 212 428 240 "
    "C 434 190 433 146 422 112 C 408 72 382 52 340 50 Z"
)
_LOCK = (
    "M 224 126 C 206 166 202 212 209 248 C 218 286 200 306 198 340 C 197 368 212 390 240 396 "
    "C 234 380 247 360 257 338 C 269 310 260 278 250 246 C 245 222 243 190 247 148 Z"
)
_TUCK = (
    "M 410 126 C 432 166 438 200 433 230 C 429 252 437 272 442 296 C 446 330 440 372 404 394 "
    "C 410 372 399 348 391 324 C 383 298 394 262 395 238 C 397 206 397 176 394 146 Z"
)
_SHINE = (palette.HAIR_DARK, palette.HAIR, palette.HAIR_LIGHT, palette.HAIR_LIGHT, palette.HAIR_GLINT)


class Hair:
    """Draws the hair around a head."""

    def __init__(self, view: Viewport) -> None:
        self._curtains = Layer.paint(view, _curtain), Layer.paint(view, _right_curtain)
        self._front = Layer.paint(view, _front)
        self._left = Layer.paint(view, _left_lock)
        self._right = Layer.paint(view, _right_lock)

    def draw_back(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws what hangs behind neck and face."""
        canvas.save()
        head.place(canvas)
        head.slab(canvas, -12)
        _swing(canvas, pose.sway * 0.6)
        for curtain in self._curtains:
            curtain.draw(canvas)
        canvas.restore()

    def draw_front(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws fringe and side locks over the finished face."""
        for layer, depth, swing in (
            (self._left, 24.0, 1.0),
            (self._right, 18.0, 0.8),
            (self._front, 32.0, 0.0),
        ):
            canvas.save()
            head.place(canvas)
            head.slab(canvas, depth)
            _swing(canvas, pose.sway * swing)
            layer.draw(canvas)
            canvas.restore()


def _swing(canvas: skia.Canvas, tips: float) -> None:
    """Shears what hangs below the temples so that its tips move by ``tips`` units."""
    root, length = 130.0, 260.0
    canvas.translate(0, root)
    canvas.skew(tips / length, 0)
    canvas.translate(0, -root)


def _tones(alpha: float) -> list[int]:
    return [ink(color, alpha) for color in _SHINE]


def _curtain(canvas: skia.Canvas) -> None:
    """What hangs behind the left cheek."""
    rng = np.random.default_rng(3)
    shape = outline(_CURTAIN)
    colors = [ink(palette.HAIR), ink(palette.HAIR_DARK), ink(0x170C09)]
    canvas.drawPath(shape, fill(shader=linear((214, 180), (296, 360), colors, [0, 0.5, 1])))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    outer, inner = (
        [(214, 150), (204, 230), (206, 290), (206, 390)],
        [(280, 150), (270, 220), (280, 300), (282, 396)],
    )
    strands(canvas, outer, inner, 40, _tones(0.2), 2.2, rng)
    canvas.restore()


def _right_curtain(canvas: skia.Canvas) -> None:
    canvas.translate(640, 0)
    canvas.scale(-1, 1)
    _curtain(canvas)


def _body_of(
    canvas: skia.Canvas, shape: skia.Path, light: tuple[float, float], dark: tuple[float, float]
) -> None:
    colors = [ink(palette.HAIR_LIGHT), ink(palette.HAIR), ink(palette.HAIR_DARK)]
    canvas.drawPath(shape, fill(shader=linear(light, dark, colors, [0, 0.45, 1])))


def _front(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(7)
    shape = outline(_FRINGE)
    _body_of(canvas, shape, (250, 70), (400, 220))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    sweep = [(342, 52), (280, 42), (222, 84), (210, 216)], [(348, 94), (300, 130), (256, 140), (226, 206)]
    fall = [(346, 52), (396, 56), (430, 120), (430, 220)], [(350, 96), (374, 118), (400, 150), (416, 214)]
    strands(canvas, *sweep, 90, _tones(0.3), 2.0, rng)
    strands(canvas, *fall, 50, _tones(0.26), 2.0, rng)
    _crown_light(canvas)
    canvas.restore()
    _melt(canvas)


def _melt(canvas: skia.Canvas) -> None:
    """Lets the fringe's ends fade into the locks below them."""
    fade = fill(shader=linear((0, 172), (0, 232), [ink(0, 1), ink(0, 0)]))
    fade.setBlendMode(skia.BlendMode.kDstIn)
    canvas.drawRect(skia.Rect.MakeLTRB(180, 40, 460, 250), fade)


def _crown_light(canvas: skia.Canvas) -> None:
    canvas.drawPath(
        outline("M 240 128 C 256 96 290 78 326 84"), stroke(ink(palette.HAIR_GLINT, 0.42), 11, blur=7)
    )
    canvas.drawPath(outline("M 250 116 C 264 96 288 84 312 84"), stroke(ink(0xF0C695, 0.3), 4, blur=3.5))
    canvas.drawPath(
        outline("M 374 90 C 394 104 406 126 410 156"), stroke(ink(palette.HAIR_GLINT, 0.4), 5, blur=4)
    )
    canvas.drawPath(outline("M 344 51 C 347 66 348 80 348 93"), stroke(ink(0x140A07, 0.5), 2.4, blur=1.2))


def _left_lock(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(13)
    shape = outline(_LOCK)
    canvas.drawPath(shape, fill(ink(0x2A120B, 0.35), blur=4))
    _body_of(canvas, shape, (214, 200), (262, 390))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    guides = (
        [(222, 146), (196, 226), (226, 290), (198, 392)],
        [(250, 150), (240, 220), (272, 290), (240, 392)],
    )
    strands(canvas, *guides, 60, _tones(0.24), 1.8, rng)
    canvas.drawPath(
        outline("M 220 200 C 220 240 232 262 222 306"), stroke(ink(palette.HAIR_GLINT, 0.45), 5, blur=4)
    )
    canvas.restore()


def _right_lock(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(17)
    shape = outline(_TUCK)
    canvas.drawPath(shape, fill(ink(0x2A120B, 0.35), blur=4))
    _body_of(canvas, shape, (392, 160), (432, 390))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    guides = (
        [(394, 140), (408, 226), (382, 300), (406, 394)],
        [(414, 146), (436, 226), (430, 290), (440, 392)],
    )
    strands(canvas, *guides, 54, _tones(0.22), 1.8, rng)
    canvas.drawPath(outline("M 424 250 C 432 284 438 320 426 364"), stroke(ink(0xE0AC74, 0.4), 3.2, blur=2.4))
    canvas.restore()
