"""The head's skin: contour, ears, shading, nose. The chin follows the jaw."""

from __future__ import annotations

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    Viewport,
    daub,
    fill,
    glow,
    ink,
    outline,
    radial,
    skia,
    stroke,
)
from visavis.layers.replica.drawn.head import CENTER, Head
from visavis.layers.replica.drawn.layer import Layer
from visavis.layers.replica.drawn.pose import Pose

JAW_DROP = 12.0
"""Design units the chin falls when the jaw is fully dropped."""

_CONTOUR = (
    ((0, 86, 36),),
    ((46, 86, 32), (80, 122, 12), (81, 182, 8)),
    ((82, 214, 10), (78, 246, 20), (62, 272, 34)),
    ((50, 292, 46), (25, 315, 60), (0, 315, 64)),
)
"""Right half: cubics of (x from the axis, y, depth)."""


_HAIR_SHADOW = "M 222 80 C 240 180 290 168 346 122 C 374 150 396 176 410 240 L 440 60 L 210 60 Z"


class Face:
    """Draws the head without eyes, brows, mouth and hair."""

    def __init__(self, view: Viewport) -> None:
        self._skin = Layer.paint(view, _skin, soft=True)
        self._nose = Layer.paint(view, _nose)
        self._base = fill(ink(palette.SKIN))
        self._chin = glow(palette.SKIN_DEEP, 0.34)

    def draw(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws skin and nose; the canvas is already under ``head.place``."""
        contour = _contour(head, pose.mouth.jaw * JAW_DROP)
        canvas.drawPath(contour, self._base)
        canvas.save()
        canvas.clipPath(contour, doAntiAlias=True)
        canvas.save()
        head.slab(canvas, 50)
        self._skin.draw(canvas)
        canvas.restore()
        self._below_the_lip(canvas, pose, head)
        canvas.restore()
        _folds(canvas, pose.smile, head)
        canvas.save()
        head.frame(canvas, 320, 240, 18)
        self._nose.draw(canvas)
        canvas.restore()

    def _below_the_lip(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        canvas.save()
        head.frame(canvas, 320, 292)
        daub(canvas, self._chin, 320, 293 + 1.0 * JAW_DROP * pose.mouth.jaw, 22, 6.5)
        canvas.restore()


def _folds(canvas: skia.Canvas, smile: float, head: Head) -> None:
    """The lines from the nose to the corners of a smiling mouth."""
    if smile < 0.1:
        return
    canvas.save()
    head.frame(canvas, 320, 262)
    for width, alpha in ((6.0, 0.05), (3.4, 0.06)):
        paint = stroke(ink(palette.SKIN_DEEP, alpha * smile), width)
        for side in (-1, 1):
            fold = skia.Path()
            fold.moveTo(320 + side * 22, 251 - smile)
            fold.quadTo(320 + side * 33, 258 - smile, 320 + side * (35 + 2 * smile), 270 - smile)
            canvas.drawPath(fold, paint)
    canvas.restore()


def _contour(head: Head, drop: float) -> skia.Path:
    def at(side: int, x: float, y: float, depth: float) -> tuple[float, float]:
        sunk = drop * max(0.0, (y - 240) / 73) ** 1.3
        return head.point(CENTER[0] + side * x, y + sunk, depth)

    path = skia.Path()
    path.moveTo(*at(1, *_CONTOUR[0][0]))
    for curve in _CONTOUR[1:]:
        path.cubicTo(*(value for point in curve for value in at(1, *point)))
    corners = [point for curve in _CONTOUR for point in curve][::-1]
    for first in range(1, len(corners), 3):
        path.cubicTo(*(value for point in corners[first : first + 3] for value in at(-1, *point)))
    path.close()
    return path


def _shade(canvas: skia.Canvas, svg: str, alpha: float, blur: float, color: int = palette.SKIN_DEEP) -> None:
    canvas.drawPath(outline(svg), fill(ink(color, alpha), blur=blur))


def _skin(canvas: skia.Canvas) -> None:
    """The skin with its light and shade, painted beyond the contour so that turning shows no edge."""
    colors = [ink(palette.SKIN_LIGHT), ink(palette.SKIN), ink(palette.SKIN_SHADE)]
    area = skia.Rect.MakeLTRB(222, 84, 418, 340)
    canvas.clipRect(area)
    canvas.drawRect(area, fill(shader=radial((302, 194), 138, colors, [0, 0.58, 1])))
    _shade(
        canvas, "M 222 80 C 240 180 290 168 346 122 C 374 150 396 176 410 240 L 440 60 L 210 60 Z", 0.42, 9
    )
    _shade(canvas, "M 440 150 L 398 170 C 402 220 392 256 366 290 L 346 330 L 450 340 Z", 0.32, 15)
    _shade(canvas, "M 200 190 L 240 196 C 244 236 254 268 282 296 L 290 330 L 200 330 Z", 0.16, 12)
    _shade(canvas, "M 404 232 C 386 252 374 262 356 268 C 372 276 388 268 404 250 Z", 0.24, 8)
    _shade(canvas, "M 236 232 C 254 252 266 262 284 268 C 268 276 252 268 236 250 Z", 0.14, 8)
    _shade(canvas, "M 268 298 C 290 314 350 314 372 298 L 360 340 L 280 340 Z", 0.3, 7)
    for x in (283, 357):
        canvas.drawOval(skia.Rect.MakeLTRB(x - 28, 182, x + 28, 215), fill(ink(0xA9624C, 0.3), blur=7))
    _shade(canvas, "M 303 184 C 306 198 306 210 300 222 L 294 202 Z", 0.3, 5)
    _shade(canvas, "M 337 184 C 333 198 333 210 341 222 L 347 202 Z", 0.36, 5)
    for x in (266, 374):
        canvas.drawOval(skia.Rect.MakeLTRB(x - 24, 226, x + 24, 254), fill(ink(palette.BLUSH, 0.3), blur=9))
    _lights(canvas)


def _lights(canvas: skia.Canvas) -> None:
    light = palette.SKIN_LIGHT
    _shade(canvas, "M 282 150 C 296 138 330 138 346 152 C 334 166 298 168 282 150 Z", 0.65, 9, light)
    _shade(canvas, "M 254 224 C 266 216 284 220 290 230 C 280 240 262 240 254 224 Z", 0.7, 7, 0xFFE9D6)
    _shade(canvas, "M 350 228 C 360 220 376 218 386 226 C 376 238 360 240 350 228 Z", 0.38, 7, 0xFFE9D6)
    _shade(canvas, "M 308 299 C 314 295 326 295 330 299 C 326 306 314 306 308 299 Z", 0.55, 4, light)


def _nose(canvas: skia.Canvas) -> None:
    canvas.drawPath(outline("M 318 184 C 317 204 317 220 318 236"), stroke(ink(0xFFF0E0, 0.55), 5, blur=3))
    canvas.drawPath(
        outline("M 331 196 C 329 216 331 228 336 238"), stroke(ink(palette.SKIN_DEEP, 0.26), 4, blur=3)
    )
    canvas.drawOval(skia.Rect.MakeLTRB(300, 247, 340, 262), fill(ink(palette.SKIN_DEEP, 0.26), blur=4))
    canvas.drawOval(skia.Rect.MakeLTRB(309, 233, 331, 252), fill(ink(palette.SKIN_LIGHT, 0.75), blur=4))
    canvas.drawOval(skia.Rect.MakeLTRB(314, 236, 322, 243), fill(ink(0xFFFAF2, 0.8), blur=2))
    wing = stroke(ink(palette.SKIN_LINE, 0.4), 2.0, blur=1.0)
    canvas.drawPath(outline("M 304 241 C 300 245 300 252 305 254"), wing)
    canvas.drawPath(outline("M 336 241 C 340 245 340 252 335 254"), wing)
    canvas.drawPath(
        outline("M 305 253 C 309 250 313 252 315 254 C 318 257 322 257 325 254 C 327 252 331 250 335 253"),
        stroke(ink(palette.SKIN_LINE, 0.62), 1.6, blur=0.5),
    )
    for x in (310.5, 329.5):
        canvas.drawOval(
            skia.Rect.MakeLTRB(x - 3.6, 251.4, x + 3.6, 254.6), fill(ink(0x6E3428, 0.75), blur=0.8)
        )
    canvas.drawPath(
        outline("M 318 259 C 317 263 317 266 318 268"), stroke(ink(palette.SKIN_DEEP, 0.28), 2.5, blur=1.2)
    )
    canvas.drawPath(
        outline("M 324 259 C 325 263 325 266 324 268"), stroke(ink(palette.SKIN_LIGHT, 0.5), 2, blur=1.2)
    )
