"""Eyes, lids and brows. The lids follow the gaze; the light in the eye stays where the window is."""

from __future__ import annotations

import numpy as np

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import (
    Point,
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
from visavis.layers.replica.drawn.head import Head
from visavis.layers.replica.drawn.layer import Layer
from visavis.layers.replica.drawn.pose import Pose

_EYE_Y, _EYE_X, _BROW_Y = 201.0, 36.5, 173.0
_INNER, _OUTER = (-18.0, 3.2), (19.5, -1.6)
_IRIS = 10.7
_REACH = (7.5, 5.0)
"""Design units the iris travels at a gaze of 1."""


class Eyes:
    """Draws both eyes and brows."""

    def __init__(self, view: Viewport) -> None:
        self._iris = Layer.paint(view, _iris)
        self._brow = Layer.paint(view, _brow)
        self._corner = glow(palette.SCLERA_SHADE, 0.6)
        white = [ink(palette.SCLERA_SHADE), ink(palette.SCLERA), ink(palette.SCLERA)]
        self._white = fill(shader=linear((0, -12), (0, 8), white, [0, 0.55, 1]))
        shadow = [ink(0x3A2018, 0.5), ink(0x3A2018, 0)]
        self._lid_shadow = fill(shader=linear((0, 0), (0, 8), shadow))
        self._lash = fill(ink(palette.LASH))
        self._lash_line = stroke(ink(palette.LASH, 0.8), 0.8)
        self._crease = stroke(ink(palette.SKIN_LINE, 0.55), 1.4)
        self._lid = fill(ink(0xB97560, 0.3))
        self._water = stroke(ink(0xF3CDBD, 0.85), 1.3)
        self._lower = stroke(ink(0x5B3328, 0.5), 1.0)
        self._catch = fill(ink(0xFFFFFF, 0.95))
        self._catch_low = fill(ink(0xFFF2DC, 0.4))
        self._tear = fill(ink(0xDB9C8C, 0.9))

    def draw(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws them; the canvas is already under ``head.place``."""
        for side in (-1, 1):
            canvas.save()
            x = 320 + side * _EYE_X
            head.frame(canvas, x, _EYE_Y, -4)
            canvas.translate(x, _EYE_Y)
            self._eye(canvas, side, pose)
            canvas.restore()
            self._draw_brow(canvas, side, pose, head)

    def _eye(self, canvas: skia.Canvas, side: int, pose: Pose) -> None:
        upper, lower = _lids(pose)
        canvas.save()
        canvas.scale(side, 1)
        self._lid_skin(canvas, upper, pose.blink)
        opening = _between(upper, lower)
        canvas.save()
        canvas.clipPath(opening, doAntiAlias=True)
        self._ball(canvas, side, pose, upper)
        canvas.restore()
        self._rims(canvas, upper, lower, pose.blink)
        canvas.restore()

    def _ball(self, canvas: skia.Canvas, side: int, pose: Pose, upper: list[Point]) -> None:
        canvas.drawRect(skia.Rect.MakeLTRB(-24, -20, 24, 14), self._white)
        daub(canvas, self._corner, -19, 3, 9, 9)
        daub(canvas, self._corner, 20, 0, 8, 10)
        canvas.drawOval(skia.Rect.MakeLTRB(-20, 0.4, -14.6, 6), self._tear)
        x, y = side * _REACH[0] * pose.gaze[0], -1.0 + _REACH[1] * pose.gaze[1]
        canvas.save()
        canvas.translate(x - 320, y - _EYE_Y)
        self._iris.draw(canvas)
        canvas.restore()
        lit = 0.55
        canvas.drawOval(_around(x * lit - side * 3.1, y * lit - 4.0, 2.7, 2.5), self._catch)
        canvas.drawOval(_around(x * lit + side * 3.6, y * lit + 3.6, 1.6, 1.3), self._catch_low)
        top = (upper[1][1] + upper[2][1]) * 0.375 + (upper[0][1] + upper[3][1]) * 0.125
        canvas.save()
        canvas.translate(0, top - 1.0)
        canvas.drawRect(skia.Rect.MakeLTRB(-24, -1, 24, 8), self._lid_shadow)
        canvas.restore()

    def _lid_skin(self, canvas: skia.Canvas, upper: list[Point], blink: float) -> None:
        crease = [
            (x * 1.02, y - rise + 4.0 * blink) for (x, y), rise in zip(upper, (3, 5.5, 6, 4.5), strict=True)
        ]
        canvas.drawPath(_between(crease, upper[::-1]), self._lid)
        canvas.drawPath(_curve(crease), self._crease)

    def _rims(self, canvas: skia.Canvas, upper: list[Point], lower: list[Point], blink: float) -> None:
        under = [(x, y + 0.6) for x, y in lower]
        if blink < 0.75:
            canvas.drawPath(_curve(lower), self._water)
        canvas.drawPath(_curve(under), self._lower)
        thick = (0.4, 1.9, 3.3, 1.7)
        top = [(x, y - depth) for (x, y), depth in zip(upper, thick, strict=True)]
        wing = (upper[3][0] + 3.6, upper[3][1] - 2.6 + 2.0 * blink)
        band = _curve(top)
        band.quadTo(upper[3][0] + 2, upper[3][1] - 1.4 + blink, *wing)
        band.quadTo(upper[3][0] + 1.5, upper[3][1] + 0.8, *upper[3])
        band.cubicTo(*upper[2], *upper[1], *upper[0])
        band.close()
        canvas.drawPath(band, self._lash)
        self._lashes(canvas, upper, blink)

    def _lashes(self, canvas: skia.Canvas, upper: list[Point], blink: float) -> None:
        tilt = 1 - 1.7 * blink
        for part, length in ((0.7, 2.6), (0.82, 3.4), (0.93, 4.0)):
            x, y = _on(upper, part)
            lash = skia.Path()
            lash.moveTo(x, y - 1)
            lash.quadTo(
                x + length * 0.4,
                y - 1 - length * 0.3 * tilt,
                x + length * 0.75,
                y - 1.5 - length * 0.8 * tilt,
            )
            canvas.drawPath(lash, self._lash_line)

    def _draw_brow(self, canvas: skia.Canvas, side: int, pose: Pose, head: Head) -> None:
        raised = pose.brows[0] if side < 0 else pose.brows[1]
        x = 320 + side * _EYE_X
        canvas.save()
        head.frame(canvas, x, _BROW_Y, 2)
        canvas.translate(x - side * 2.5 * pose.furrow, _BROW_Y - 6.0 * raised + 1.6 * pose.furrow)
        canvas.scale(side, 1)
        canvas.rotate(7 * pose.furrow - 2.5 * raised + 11 * pose.slope)
        canvas.translate(-320, -_BROW_Y)
        self._brow.draw(canvas)
        canvas.restore()


def _lids(pose: Pose) -> tuple[list[Point], list[Point]]:
    """Upper lid from inner to outer corner, lower lid back; as the four points of a cubic each."""
    down = pose.gaze[1]
    smile = max(0.0, pose.smile)
    squint = 0.1 * smile
    wide = (
        1
        + 0.35 * pose.lids
        + 0.1 * max(0.0, pose.brows[0] + pose.brows[1])
        - 0.32 * max(0.0, down)
        - 0.2 * min(0.0, down)
    )
    open_ = (1 - pose.blink) * min(1.35, wide - squint)
    rise = 2.2 * smile + 1.4 * pose.blink - 1.2 * max(0.0, down)
    lower = [_OUTER, (13.0, 8.6 - rise), (-6.5, 10.4 - rise), _INNER]
    shut = (9.0 - rise, 8.2 - rise)
    upper = [
        _INNER,
        (-10.5, shut[0] + (-12.2 - shut[0]) * open_),
        (8.0, shut[1] + (-13.6 - shut[1]) * open_),
        _OUTER,
    ]
    return upper, lower


def _curve(points: list[Point]) -> skia.Path:
    path = skia.Path()
    path.moveTo(*points[0])
    path.cubicTo(*points[1], *points[2], *points[3])
    return path


def _between(there: list[Point], back: list[Point]) -> skia.Path:
    path = _curve(there)
    path.lineTo(*back[0])
    path.cubicTo(*back[1], *back[2], *back[3])
    path.close()
    return path


def _on(points: list[Point], part: float) -> Point:
    weights = (1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3
    x = sum(weight * point[0] for weight, point in zip(weights, points, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, points, strict=True))
    return x, y


def _around(x: float, y: float, rx: float, ry: float) -> skia.Rect:
    return skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry)


def _iris(canvas: skia.Canvas) -> None:
    """An iris about (320, eye line)."""
    rng = np.random.default_rng(23)
    x, y = 320.0, _EYE_Y
    colors = [ink(palette.IRIS_LIGHT), ink(palette.IRIS), ink(palette.IRIS_RIM)]
    canvas.drawCircle(x, y, _IRIS, fill(shader=radial((x, y + 2.6), _IRIS * 1.15, colors, [0.15, 0.6, 1])))
    for angle in np.linspace(0, 2 * np.pi, 40, endpoint=False):
        way = np.array([np.cos(angle), np.sin(angle)])
        start, end = way * 4.8, way * rng.uniform(6.8, 9.4)
        tone = palette.IRIS_LIGHT if rng.uniform() < 0.6 else palette.IRIS_RIM
        fibre = stroke(ink(tone, 0.45), 0.55)
        canvas.drawLine(x + float(start[0]), y + float(start[1]), x + float(end[0]), y + float(end[1]), fibre)
    canvas.drawCircle(x, y, _IRIS - 0.6, stroke(ink(palette.IRIS_RIM, 0.8), 1.5, blur=0.4))
    canvas.drawCircle(x, y, 4.5, fill(ink(palette.PUPIL)))


def _brow(canvas: skia.Canvas) -> None:
    """The right brow about (320, brow line): inner end left."""
    canvas.translate(320, _BROW_Y)
    shape = outline(
        "M -20 3.6 C -12 -1.6 2 -5.2 14 -4.5 C 19 -4 23 -1 26 4 C 20 0 14 -0.4 8 -0.2 "
        "C -2 0.4 -12 3.2 -19 7.4 Z"
    )
    canvas.drawPath(shape, fill(ink(palette.BROW, 0.72), blur=0.9))
    rng = np.random.default_rng(29)
    for x in np.linspace(-19.5, 23, 38):
        middle = float(np.interp(x, (-20, -8, 2, 14, 20, 26), (5.6, 1.0, -2.0, -2.5, -0.6, 3.6)))
        half = float(np.interp(x, (-20, -6, 10, 26), (2.2, 2.6, 2.1, 0.3)))
        slant = float(np.interp(x, (-20, 0, 26), (1.2, 3.4, 5.0)))
        hair = stroke(ink(palette.BROW, float(rng.uniform(0.3, 0.7))), 0.7)
        root, tip = middle + half * 0.8, middle - half * 0.7 + slant * 0.14
        canvas.drawLine(float(x), root, float(x) + slant, tip, hair)
