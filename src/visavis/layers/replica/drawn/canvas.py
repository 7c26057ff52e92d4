"""Thin, named tools over skia: paths from SVG text, paints, gradients, strands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.errors import ConfigurationError

try:
    import skia as skia
except ModuleNotFoundError:
    raise
except ImportError as error:
    raise ConfigurationError(
        f"the drawn replica cannot load skia ({error}); it needs two system libraries: "
        "sudo apt-get install -y libegl1 libgl1"
    ) from error

RGBA = skia.kRGBA_8888_ColorType
_TOKEN = re.compile(r"[MLQCZ]|-?\d+(?:\.\d+)?")
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}

Point = tuple[float, float]


def ink(rgb: int, alpha: float = 1.0) -> int:
    """A skia colour from ``0xRRGGBB`` and an opacity of 0 to 1."""
    return round(max(0.0, min(1.0, alpha)) * 255) << 24 | rgb


def outline(svg: str) -> skia.Path:
    """A path from SVG path text; absolute M, L, Q, C and Z, each letter written out."""
    tokens = _TOKEN.findall(svg)
    path = skia.Path()
    draw = {"M": path.moveTo, "L": path.lineTo, "Q": path.quadTo, "C": path.cubicTo, "Z": path.close}
    at = 0
    while at < len(tokens):
        command = tokens[at]
        count = _ARGUMENTS[command]
        draw[command](*(float(number) for number in tokens[at + 1 : at + 1 + count]))
        at += 1 + count
    return path


def mirrored(path: skia.Path, axis: float) -> skia.Path:
    """The path's reflection in the vertical line at ``axis``."""
    matrix = skia.Matrix()
    matrix.setScale(-1, 1, axis, 0)
    copy = skia.Path()
    path.transform(matrix, copy)
    return copy


def fill(color: int = 0xFF000000, *, shader: skia.Shader | None = None, blur: float = 0.0) -> skia.Paint:
    """A filling paint; ``blur`` is the sigma of a soft edge in design units."""
    paint = skia.Paint(AntiAlias=True, Color=color)
    if shader is not None:
        paint.setShader(shader)
    if blur:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return paint


def stroke(color: int, width: float, *, blur: float = 0.0) -> skia.Paint:
    """A line with round ends."""
    paint = fill(color, blur=blur)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(width)
    paint.setStrokeCap(skia.Paint.kRound_Cap)
    paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


def linear(
    start: Point, end: Point, colors: Sequence[int], stops: Sequence[float] | None = None
) -> skia.Shader:
    """A linear gradient."""
    return skia.GradientShader.MakeLinear([skia.Point(*start), skia.Point(*end)], list(colors), stops)


def radial(
    center: Point, radius: float, colors: Sequence[int], stops: Sequence[float] | None = None
) -> skia.Shader:
    """A radial gradient."""
    return skia.GradientShader.MakeRadial(skia.Point(*center), radius, list(colors), stops)


def glow(rgb: int, alpha: float) -> skia.Paint:
    """A paint that fades from ``alpha`` at the unit circle's centre to nothing at its edge.

    It stands for a blur where a blur a frame would cost too much; draw it with :func:`daub`.
    """
    falloff = [ink(rgb, alpha * part) for part in (1.0, 0.78, 0.3, 0.0)]
    return skia.Paint(AntiAlias=False, Shader=radial((0, 0), 1, falloff, [0, 0.35, 0.7, 1]))


def daub(canvas: skia.Canvas, paint: skia.Paint, x: float, y: float, rx: float, ry: float) -> None:
    """Lays a :func:`glow` over an ellipse of radii ``rx`` and ``ry``."""
    canvas.save()
    canvas.translate(x, y)
    canvas.scale(rx, ry)
    canvas.drawRect(skia.Rect.MakeLTRB(-1, -1, 1, 1), paint)
    canvas.restore()


@dataclass(frozen=True, slots=True)
class Viewport:
    """Maps the design space, 640 by 480 units, on pixels: full height, centred, wider or narrower.

    Attributes:
        width: pixels.
        height: pixels.
    """

    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels of a design unit."""
        return self.height / 480

    @property
    def left(self) -> float:
        """Design x of the left edge."""
        return 320 - self.width / self.scale / 2

    @property
    def right(self) -> float:
        """Design x of the right edge."""
        return 320 + self.width / self.scale / 2

    def apply(self, canvas: skia.Canvas) -> None:
        """Makes design units the canvas's units."""
        canvas.scale(self.scale, self.scale)
        canvas.translate(-self.left, 0)


def strands(
    canvas: skia.Canvas,
    first: Sequence[Point],
    last: Sequence[Point],
    count: int,
    colors: Sequence[int],
    width: float,
    rng: np.random.Generator,
) -> None:
    """Locks of hair: ``count`` curves between two guides, each guide the four points of a cubic."""
    start, end = np.asarray(first, float), np.asarray(last, float)
    for _ in range(count):
        part = rng.uniform()
        points = start + (end - start) * part + rng.normal(0, 1.3, (4, 2))
        path = skia.Path()
        path.moveTo(*map(float, points[0]))
        path.cubicTo(*map(float, points[1:].ravel()))
        color = colors[int(rng.integers(len(colors)))]
        canvas.drawPath(path, stroke(color, width * rng.uniform(0.4, 1.3), blur=0.4))
