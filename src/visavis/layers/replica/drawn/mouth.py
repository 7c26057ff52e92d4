"""The mouth: lips over teeth and tongue. Upper teeth hold to the skull, lower ones to the jaw."""

from __future__ import annotations

from dataclasses import dataclass

from visavis.layers.replica.drawn import palette
from visavis.layers.replica.drawn.canvas import Viewport, daub, fill, glow, ink, linear, radial, skia, stroke
from visavis.layers.replica.drawn.head import Head
from visavis.layers.replica.drawn.pose import MouthShape, Pose

CENTER = (320.0, 275.0)
"""Design point in the middle of the closed lips."""
_HALF_WIDTH, _DROP = 26.5, 20.0


@dataclass(frozen=True, slots=True)
class _Lips:
    """Where the lips are, in design units about ``CENTER``."""

    half: float
    corner: float
    drop: float
    top: float
    """Upper lip's lower edge."""
    bottom: float
    """Lower lip's upper edge."""
    upper_height: float
    lower_height: float
    full: float
    """How square the opening is: cubic handles as a part of the half width."""

    @property
    def gap(self) -> float:
        return self.bottom - self.top


def _measure(shape: MouthShape, smile: float) -> _Lips:
    drop = _DROP * shape.jaw
    half = _HALF_WIDTH * (1 + 0.14 * shape.wide - 0.36 * shape.round + 0.12 * smile - 0.05 * shape.jaw)
    pressed = 1 - 0.42 * shape.press
    top = -3.0 * shape.upper - 1.4 * shape.round * min(1.0, 4 * shape.jaw)
    bottom = drop + 3.6 * shape.lower - 1.5 * shape.tuck
    return _Lips(
        half=half,
        corner=-0.4 - 6.0 * smile * (1 - 0.4 * shape.jaw) + 0.36 * drop,
        drop=drop,
        top=top,
        bottom=max(bottom, top),
        upper_height=7.6 * (1 + 0.2 * shape.round - 0.12 * shape.wide - 0.1 * smile) * pressed,
        lower_height=10.2 * (1 + 0.16 * shape.round - 0.1 * shape.wide) * pressed * (1 - 0.4 * shape.tuck),
        full=0.5 + 0.12 * shape.round,
    )


class Lips:
    """Draws the mouth."""

    def __init__(self, view: Viewport) -> None:
        cavity = [ink(palette.CAVITY), ink(palette.CAVITY_LIGHT)]
        self._cavity = fill(shader=linear((0, -4), (0, 30), cavity))
        tooth = [ink(0xEDE4DA), ink(palette.TOOTH), ink(palette.TOOTH)]
        self._teeth = fill(shader=linear((0, -5), (0, 4), tooth, [0, 0.55, 1]))
        self._low_teeth = fill(shader=linear((0, 0), (0, 7), [ink(0xE6DCD0), ink(palette.TOOTH_SHADE)]))
        self._gaps = stroke(ink(0x8A6A60, 0.28), 0.6)
        self._tongue = fill(shader=radial((0, -2), 20, [ink(palette.TONGUE), ink(palette.TONGUE_SHADE)]))
        self._groove = glow(0x6E262E, 0.4)
        self._side = glow(palette.CAVITY, 0.6)
        self._under_lip = fill(shader=linear((0, 0), (0, 7), [ink(0x23070B, 0.26), ink(0x23070B, 0)]))
        self._gleam = glow(0xFFE4DA, 0.5)
        self._corner = glow(0x6B2E2A, 0.34)
        self._seam = stroke(ink(palette.LIP_LINE, 0.95), 1.5)
        self._edge = stroke(ink(palette.LIP_LIGHT, 0.35), 0.9)

    def draw(self, canvas: skia.Canvas, pose: Pose, head: Head) -> None:
        """Draws it; the canvas is already under ``head.place``."""
        lips = _measure(pose.mouth, pose.smile)
        canvas.save()
        head.frame(canvas, *CENTER, 8)
        canvas.translate(*CENTER)
        if lips.gap > 0.7:
            self._inside(canvas, lips, pose.mouth)
        self._upper(canvas, lips)
        self._lower(canvas, lips)
        if lips.gap <= 1.4:
            canvas.drawPath(_seam(lips), self._seam)
        for side in (-1, 1):
            daub(canvas, self._corner, side * (lips.half + 0.4), lips.corner + 0.2, 4.6, 3.0)
        canvas.restore()

    def _inside(self, canvas: skia.Canvas, lips: _Lips, shape: MouthShape) -> None:
        canvas.save()
        canvas.clipPath(_opening(lips), doAntiAlias=True)
        canvas.drawRect(skia.Rect.MakeLTRB(-40, -16, 40, 46), self._cavity)
        self._draw_tongue(canvas, lips, shape.tongue)
        self._lower_teeth(canvas, lips)
        if shape.tongue > 0.7 and shape.jaw < 0.5:
            self._upper_teeth(canvas, lips)
            self._tongue_tip(canvas, lips)
        else:
            self._upper_teeth(canvas, lips)
        for side in (-1, 1):
            daub(canvas, self._side, side * lips.half, lips.corner, 11, 16)
        canvas.save()
        canvas.translate(0, lips.top - 1)
        canvas.drawRect(skia.Rect.MakeLTRB(-40, -6, 40, 7), self._under_lip)
        canvas.restore()
        canvas.restore()

    def _draw_tongue(self, canvas: skia.Canvas, lips: _Lips, raised: float) -> None:
        canvas.save()
        canvas.translate(0, 0.92 * lips.drop - (4.0 + 0.25 * lips.drop) * raised)
        canvas.drawOval(skia.Rect.MakeLTRB(-lips.half * 0.62, -7, lips.half * 0.62, 16), self._tongue)
        daub(canvas, self._groove, 0, -1, 2.6, 8)
        daub(canvas, self._gleam, -5, -3, 5, 2.4)
        canvas.restore()

    def _tongue_tip(self, canvas: skia.Canvas, lips: _Lips) -> None:
        canvas.save()
        canvas.translate(0, lips.bottom - 2.4)
        canvas.drawOval(skia.Rect.MakeLTRB(-9, -2.2, 9, 6), self._tongue)
        canvas.restore()

    def _upper_teeth(self, canvas: skia.Canvas, lips: _Lips) -> None:
        wide = lips.half * 0.84
        row = skia.Path()
        row.moveTo(-wide, -10)
        row.lineTo(wide, -10)
        row.lineTo(wide * 0.97, 0.6)
        row.cubicTo(wide * 0.5, 4.2, -wide * 0.5, 4.2, -wide * 0.97, 0.6)
        row.close()
        canvas.drawPath(row, self._teeth)
        for x in (-13.4, -7.2, 0, 7.2, 13.4):
            canvas.drawLine(x, -6, x * 0.98, 3.2, self._gaps)

    def _lower_teeth(self, canvas: skia.Canvas, lips: _Lips) -> None:
        wide, rim = lips.half * 0.7, lips.drop + 2.6
        if lips.bottom <= rim:
            return
        canvas.save()
        canvas.translate(0, rim)
        row = skia.Path()
        row.moveTo(-wide, 2.2)
        row.cubicTo(-wide * 0.5, -0.7, wide * 0.5, -0.7, wide, 2.2)
        row.lineTo(wide, 12)
        row.lineTo(-wide, 12)
        row.close()
        canvas.drawPath(row, self._low_teeth)
        for x in (-10, -5, 0, 5, 10):
            canvas.drawLine(x, 0.6, x, 8, self._gaps)
        canvas.restore()

    def _upper(self, canvas: skia.Canvas, lips: _Lips) -> None:
        peak = lips.top - lips.upper_height
        tones = [ink(palette.LIP), ink(palette.LIP_UPPER)]
        canvas.drawPath(_upper_lip(lips), fill(shader=linear((0, peak), (0, lips.top + 1), tones)))
        rim = skia.Path()
        rim.moveTo(-lips.half * 0.4, peak + 0.4)
        rim.cubicTo(-lips.half * 0.25, peak - 0.8, -4, peak, 0, peak + 1.7)
        rim.cubicTo(4, peak, lips.half * 0.25, peak - 0.8, lips.half * 0.4, peak + 0.4)
        canvas.drawPath(rim, self._edge)

    def _lower(self, canvas: skia.Canvas, lips: _Lips) -> None:
        base = lips.bottom + lips.lower_height
        tones = [ink(palette.LIP_UPPER), ink(palette.LIP), ink(palette.LIP_LIGHT), ink(palette.LIP)]
        shader = linear((0, lips.bottom), (0, base), tones, [0, 0.28, 0.6, 1])
        canvas.drawPath(_lower_lip(lips), fill(shader=shader))
        daub(
            canvas,
            self._gleam,
            -3,
            lips.bottom + lips.lower_height * 0.46,
            lips.half * 0.42,
            lips.lower_height * 0.3,
        )


def _opening(lips: _Lips) -> skia.Path:
    half, knee = lips.half - 0.6, lips.half * lips.full
    path = skia.Path()
    path.moveTo(-half, lips.corner)
    path.cubicTo(-knee, lips.top - 0.4, -half * 0.2, lips.top, 0, lips.top + 0.3)
    path.cubicTo(half * 0.2, lips.top, knee, lips.top - 0.4, half, lips.corner)
    side = lips.corner + 0.6 * (lips.bottom - lips.corner)
    path.cubicTo(half * 0.88, side, half * 0.5, lips.bottom, 0, lips.bottom)
    path.cubicTo(-half * 0.5, lips.bottom, -half * 0.88, side, -half, lips.corner)
    path.close()
    return path


def _upper_lip(lips: _Lips) -> skia.Path:
    half, knee, peak = lips.half, lips.half * lips.full, lips.top - lips.upper_height
    path = skia.Path()
    path.moveTo(-half, lips.corner)
    path.cubicTo(
        -half * 0.62, lips.top - lips.upper_height * 0.62, -half * 0.36, peak - 0.4, -half * 0.2, peak
    )
    path.quadTo(-half * 0.06, peak + 0.6, 0, peak + 2.0)
    path.quadTo(half * 0.06, peak + 0.6, half * 0.2, peak)
    path.cubicTo(half * 0.36, peak - 0.4, half * 0.62, lips.top - lips.upper_height * 0.62, half, lips.corner)
    path.cubicTo(knee, lips.top - 0.4, half * 0.2, lips.top, 0, lips.top + 0.6)
    path.cubicTo(-half * 0.2, lips.top, -knee, lips.top - 0.4, -half, lips.corner)
    path.close()
    return path


def _lower_lip(lips: _Lips) -> skia.Path:
    half, base = lips.half - 0.6, lips.bottom + lips.lower_height
    side = lips.corner + 0.6 * (lips.bottom - lips.corner)
    low = lips.corner + 0.72 * (base - lips.corner)
    path = skia.Path()
    path.moveTo(-half, lips.corner)
    path.cubicTo(-half * 0.88, side, -half * 0.5, lips.bottom - 0.2, 0, lips.bottom - 0.2)
    path.cubicTo(half * 0.5, lips.bottom - 0.2, half * 0.88, side, half, lips.corner)
    path.cubicTo(half * 0.86, low, half * 0.5, base, 0, base)
    path.cubicTo(-half * 0.5, base, -half * 0.86, low, -half, lips.corner)
    path.close()
    return path


def _seam(lips: _Lips) -> skia.Path:
    half, knee = lips.half, lips.half * lips.full
    path = skia.Path()
    path.moveTo(-half, lips.corner)
    path.cubicTo(-knee, lips.top - 0.2, -half * 0.2, lips.top + 0.3, 0, lips.top + 0.7)
    path.cubicTo(half * 0.2, lips.top + 0.3, knee, lips.top - 0.2, half, lips.corner)
    return path
