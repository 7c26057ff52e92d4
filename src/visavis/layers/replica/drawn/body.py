"""Neck, shoulders and clothes."""

from __future__ import annotations

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    Viewport,
    fill,
    ink,
    linear,
    mirrored,
    outline,
    radial,
    skia,
    stroke,
)
from visavis.layers.replica.drawn.head import Head
from visavis.layers.replica.drawn.layer import Layer
from visavis.layers.replica.drawn.pose import Pose

_AXIS = 320.0
_COLLAR = 364.0
"""Where the jacket begins; above it there is only neck."""
_NECK_OUTLINE = (
    "M 284 262 L 284 330 C 284 352 272 364 246 372 C 220 380 214 392 214 404 L 250 500 L 390 500 "
    "L 426 404 C 426 392 420 380 394 372 C 368 364 356 352 356 330 L 356 262 Z"
)
_TORSO_OUTLINE = (
    "M 96 520 C 100 446 124 412 176 396 C 214 384 240 380 252 366 C 262 420 296 458 320 474 "
    "C 344 458 378 420 388 366 C 400 380 426 384 464 396 C 516 412 540 446 544 520 Z"
)
_TOP = "M 262 408 C 280 436 302 446 320 446 C 338 446 360 436 378 408 L 400 520 L 240 520 Z"
_LAPEL = (
    "M 251 364 C 236 376 226 384 222 394 C 218 424 246 470 300 520 L 322 520 L 312 484 "
    "C 282 452 258 414 251 364 Z"
)
_NOTCH = "M 221 400 C 226 412 232 420 240 426 L 216 436 C 222 456 244 488 268 512"


class Body:
    """Draws what is below the head."""

    def __init__(self, view: Viewport) -> None:
        self._neck = Layer.paint(view, _neck)
        self._torso = Layer.paint(view, _torso, 20)
        self._shadow = Layer.paint(view, _chin_shadow, 20)

    def draw(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws neck and torso; the head comes on top."""
        rise = -1.9 * pose.breath + 0.3 * pose.shift[1]
        drift = 0.45 * pose.shift[0]
        canvas.save()
        canvas.translate(drift, rise)
        self._neck.draw(canvas)
        self._torso.draw(canvas)
        self._cast_shadow(canvas, pose, head)
        canvas.restore()

    def _cast_shadow(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        canvas.save()
        canvas.translate(0.5 * pose.shift[0] + 5 * head.turn, 46 * head.nod + 6 * pose.mouth.jaw)
        self._shadow.draw(canvas)
        canvas.restore()


def _neck(canvas: skia.Canvas) -> None:
    canvas.clipRect(skia.Rect.MakeLTRB(200, 240, 440, _COLLAR + 12))
    _skin(canvas)


def _torso(canvas: skia.Canvas) -> None:
    canvas.clipRect(skia.Rect.MakeLTRB(0, _COLLAR, 640, 520))
    _skin(canvas)
    _clothes(canvas)


def _skin(canvas: skia.Canvas) -> None:
    neck = outline(_NECK_OUTLINE)
    colors = [ink(palette.SKIN), ink(palette.SKIN), ink(palette.SKIN_SHADE)]
    canvas.drawPath(neck, fill(shader=linear((268, 340), (392, 372), colors, [0, 0.5, 1])))
    canvas.save()
    canvas.clipPath(neck, doAntiAlias=True)
    canvas.drawPath(outline("M 344 300 L 344 350 C 348 372 372 380 404 388 L 420 300 Z"), _soft(0.34, 9))
    canvas.drawPath(
        outline("M 282 280 L 282 340 C 280 356 270 364 262 368"),
        stroke(ink(palette.SKIN_DEEP, 0.3), 6, blur=4),
    )
    for bone in (
        outline("M 308 408 C 292 398 268 394 246 396"),
        outline("M 332 408 C 348 398 372 394 394 396"),
    ):
        canvas.drawPath(bone, stroke(ink(palette.SKIN_DEEP, 0.32), 4, blur=2.6))
        canvas.drawPath(bone, stroke(ink(palette.SKIN_LIGHT, 0.5), 2.4, blur=2))
    canvas.drawPath(
        outline("M 300 352 C 304 378 310 396 315 406"), stroke(ink(palette.SKIN_DEEP, 0.16), 5, blur=3.5)
    )
    canvas.drawPath(
        outline("M 342 350 C 338 378 331 396 325 406"), stroke(ink(palette.SKIN_DEEP, 0.2), 5, blur=3.5)
    )
    canvas.drawOval(skia.Rect.MakeLTRB(313, 400, 327, 414), _soft(0.3, 3))
    canvas.restore()


def _soft(alpha: float, blur: float) -> skia.Paint:
    return fill(ink(palette.SKIN_DEEP, alpha), blur=blur)


def _chin_shadow(canvas: skia.Canvas) -> None:
    canvas.clipPath(outline(_NECK_OUTLINE), doAntiAlias=True)
    shape = outline("M 256 262 L 384 262 L 384 330 C 366 348 346 355 324 355 C 298 355 270 344 256 322 Z")
    canvas.drawPath(shape, fill(ink(0x8A4A38, 0.6), blur=6))


def _clothes(canvas: skia.Canvas) -> None:
    _top(canvas)
    torso = outline(_TORSO_OUTLINE)
    colors = [ink(palette.JACKET_LIGHT), ink(palette.JACKET), ink(palette.JACKET_DARK)]
    canvas.drawPath(torso, fill(shader=linear((150, 380), (500, 520), colors, [0, 0.42, 1])))
    canvas.save()
    canvas.clipPath(torso, doAntiAlias=True)
    _folds(canvas)
    canvas.restore()
    for lapel, notch, light in (
        (outline(_LAPEL), outline(_NOTCH), 0.9),
        (mirrored(outline(_LAPEL), _AXIS), mirrored(outline(_NOTCH), _AXIS), 0.35),
    ):
        _draw_lapel(canvas, lapel, notch, light)
    _necklace(canvas)


def _top(canvas: skia.Canvas) -> None:
    top = outline(_TOP)
    colors = [ink(palette.TOP), ink(palette.TOP), ink(palette.TOP_SHADE)]
    canvas.drawPath(top, fill(shader=linear((280, 410), (392, 490), colors, [0, 0.45, 1])))
    hem = outline("M 262 408 C 280 436 302 446 320 446 C 338 446 360 436 378 408")
    canvas.drawPath(hem, stroke(ink(palette.SKIN_DEEP, 0.35), 2.2, blur=1.6))
    canvas.drawPath(
        outline("M 308 450 C 304 466 304 476 306 490"), stroke(ink(palette.TOP_SHADE, 0.8), 3, blur=2)
    )


def _folds(canvas: skia.Canvas) -> None:
    for line in ("M 150 444 C 158 470 160 500 158 530", "M 492 444 C 484 470 482 500 484 530"):
        canvas.drawPath(outline(line), stroke(ink(0x0E2428, 0.5), 7, blur=5))
    canvas.drawPath(outline("M 112 444 C 130 414 170 402 214 390"), stroke(ink(0x9CC4C6, 0.5), 7, blur=6))
    canvas.drawPath(outline("M 452 392 C 500 404 528 424 540 470"), stroke(ink(0xFFD9A8, 0.4), 4, blur=3.5))


def _draw_lapel(canvas: skia.Canvas, lapel: skia.Path, notch: skia.Path, light: float) -> None:
    canvas.drawPath(lapel, fill(ink(0x0B1D20, 0.5), blur=6))
    colors = [ink(palette.JACKET_LIGHT), ink(palette.JACKET), ink(palette.JACKET_DARK)]
    shade = linear((230, 380), (330, 520), colors, [0, 0.2 + 0.3 * light, 1])
    canvas.drawPath(lapel, fill(shader=shade))
    canvas.drawPath(lapel, stroke(ink(0x9CC4C6, 0.28 * light), 1.2))
    canvas.drawPath(notch, stroke(ink(0x0E2428, 0.55), 1.6, blur=0.5))


def _necklace(canvas: skia.Canvas) -> None:
    chain = outline("M 279 384 C 288 412 304 426 320 430 C 336 426 352 412 361 384")
    canvas.drawPath(chain, stroke(ink(palette.SKIN_DEEP, 0.45), 1.6, blur=1))
    canvas.drawPath(chain, stroke(ink(palette.GOLD), 1.1))
    pearl = radial((318.8, 431.4), 4.2, [ink(0xFFF6DF), ink(palette.GOLD), ink(0xA87A3C)], [0, 0.5, 1])
    canvas.drawCircle(320, 433, 3.6, fill(shader=pearl))
