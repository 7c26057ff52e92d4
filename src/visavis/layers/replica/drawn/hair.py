"""The hair: a shoulder-length bob parted on the viewer's right, behind and in front of the face."""

from __future__ import annotations

import numpy as np

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    Layer,
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
from visavis.layers.replica.drawn.pose import Pose

_BACK = (
    "M 320 58 C 262 52 222 92 216 156 C 212 206 222 248 208 300 C 200 336 206 372 232 392 "
    "C 252 402 276 392 286 372 L 354 372 C 364 392 392 402 410 390 C 434 370 438 334 430 300 "
    "C 418 248 428 206 424 156 C 418 92 378 56 320 58 Z"
)
_FRINGE = (
    "M 348 68 C 300 46 250 62 228 112 C 214 146 218 188 226 214 C 232 190 236 176 244 164 "
    "C 258 140 300 132 348 96 C 372 118 392 140 398 164 C 404 182 408 198 412 214 "
    "C 424 182 424 140 408 108 C 396 82 372 66 348 68 Z"
)
_LOCK = (
    "M 236 140 C 220 172 216 208 224 244 C 232 284 214 306 214 340 C 214 366 226 386 246 392 "
    "C 238 372 244 352 254 330 C 266 302 256 272 248 244 C 242 220 242 190 250 160 Z"
)
_TUCK = (
    "M 394 136 C 414 160 420 190 417 216 C 414 236 422 262 426 290 C 432 326 430 364 404 392 "
    "C 414 366 408 342 402 318 C 396 290 408 258 408 236 C 406 204 402 176 390 150 Z"
)
_SHINE = (palette.HAIR_DARK, palette.HAIR, palette.HAIR_LIGHT, palette.HAIR_LIGHT, palette.HAIR_GLINT)


class Hair:
    """Draws the hair around a head."""

    def __init__(self, view: Viewport) -> None:
        self._back = Layer.paint(view, _back, 20)
        self._front = Layer.paint(view, _front, 20)
        self._left = Layer.paint(view, _left_lock, 20)
        self._right = Layer.paint(view, _right_lock, 20)

    def draw_back(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws what hangs behind neck and face."""
        canvas.save()
        head.place(canvas)
        head.slab(canvas, -46)
        _swing(canvas, pose.sway * 0.6)
        self._back.draw(canvas)
        canvas.restore()

    def draw_front(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws fringe and side locks over the finished face."""
        for layer, depth, swing in (
            (self._left, 16.0, 1.0),
            (self._right, 6.0, 0.8),
            (self._front, 52.0, 0.0),
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


def _back(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(3)
    shape = outline(_BACK)
    colors = [ink(palette.HAIR), ink(palette.HAIR_DARK), ink(0x170C09)]
    canvas.drawPath(shape, fill(shader=linear((210, 90), (430, 380), colors, [0, 0.5, 1])))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    left = [(226, 150), (212, 220), (226, 290), (222, 396)], [(280, 150), (270, 220), (280, 300), (282, 396)]
    right = [(414, 150), (426, 220), (414, 290), (418, 396)], [(366, 150), (372, 220), (360, 300), (358, 396)]
    strands(canvas, *left, 46, _tones(0.2), 2.2, rng)
    strands(canvas, *right, 46, _tones(0.2), 2.2, rng)
    canvas.restore()


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
    sweep = [(348, 70), (290, 50), (236, 90), (222, 200)], [(348, 96), (300, 130), (256, 140), (232, 200)]
    fall = [(350, 72), (388, 70), (420, 120), (416, 210)], [(350, 98), (374, 118), (400, 150), (408, 210)]
    strands(canvas, *sweep, 90, _tones(0.3), 2.0, rng)
    strands(canvas, *fall, 50, _tones(0.26), 2.0, rng)
    _crown_light(canvas)
    canvas.restore()


def _crown_light(canvas: skia.Canvas) -> None:
    canvas.drawPath(
        outline("M 240 128 C 256 96 290 78 326 84"), stroke(ink(palette.HAIR_GLINT, 0.42), 11, blur=7)
    )
    canvas.drawPath(outline("M 250 116 C 264 96 288 84 312 84"), stroke(ink(0xF0C695, 0.3), 4, blur=3.5))
    canvas.drawPath(
        outline("M 374 90 C 394 104 406 126 410 156"), stroke(ink(palette.HAIR_GLINT, 0.4), 5, blur=4)
    )
    canvas.drawPath(outline("M 348 66 L 348 97"), stroke(ink(0x140A07, 0.5), 2.4, blur=1.2))


def _left_lock(canvas: skia.Canvas) -> None:
    rng = np.random.default_rng(13)
    shape = outline(_LOCK)
    canvas.drawPath(shape, fill(ink(0x2A120B, 0.35), blur=4))
    _body_of(canvas, shape, (214, 200), (262, 390))
    canvas.save()
    canvas.clipPath(shape, doAntiAlias=True)
    guides = (
        [(230, 140), (206, 220), (240, 290), (216, 392)],
        [(250, 150), (240, 220), (272, 290), (240, 392)],
    )
    strands(canvas, *guides, 60, _tones(0.34), 1.8, rng)
    canvas.drawPath(
        outline("M 226 200 C 226 240 240 260 234 300"), stroke(ink(palette.HAIR_GLINT, 0.45), 5, blur=4)
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
        [(396, 140), (410, 220), (396, 300), (404, 392)],
        [(414, 150), (428, 220), (424, 300), (424, 392)],
    )
    strands(canvas, *guides, 54, _tones(0.3), 1.8, rng)
    canvas.drawPath(outline("M 420 250 C 426 284 430 320 422 360"), stroke(ink(0xE0AC74, 0.4), 3.2, blur=2.4))
    canvas.restore()
