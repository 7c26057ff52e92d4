"""Where a part of the head lands when the head turns: a shallow solid instead of a flat card."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin, sqrt

from visavis.layers.replica.drawn.canvas import Point, skia
from visavis.layers.replica.drawn.pose import Pose

CENTER = (320.0, 200.0)
"""Design point in the middle of the head."""
NECK = (320.0, 350.0)
"""Design point the head tilts about."""
_HALF_WIDTH, _HALF_HEIGHT, _DEPTH = 92.0, 134.0, 78.0


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one frame.

    Attributes:
        turn: sine of the yaw.
        nod: sine of the pitch.
        roll: degrees.
        shift: design units the whole head has moved.
    """

    turn: float
    nod: float
    roll: float
    shift: Point

    @classmethod
    def of(cls, pose: Pose) -> Head:
        """The head in a pose; breathing lifts it a little."""
        shift = (pose.shift[0], pose.shift[1] - 1.5 * pose.breath)
        return cls(sin(radians(pose.yaw)), sin(radians(pose.pitch)), pose.roll, shift)

    def point(self, x: float, y: float, depth: float) -> Point:
        """A design point at ``depth`` units in front of the head's axis, turned (without roll)."""
        narrow, flat = _cosine(self.turn), _cosine(self.nod)
        return (
            CENTER[0] + (x - CENTER[0]) * narrow + depth * self.turn,
            CENTER[1] + (y - CENTER[1]) * flat + depth * self.nod,
        )

    def place(self, canvas: skia.Canvas) -> None:
        """Applies what moves the head as a whole: lean and tilt."""
        canvas.translate(*self.shift)
        canvas.rotate(self.roll, *NECK)

    def frame(self, canvas: skia.Canvas, x: float, y: float, lift: float = 0.0) -> None:
        """Applies the surface's motion around a design point: its shift and its foreshortening.

        Args:
            canvas: already under :meth:`place`.
            x: of the point.
            y: of the point.
            lift: units the part stands out of the surface (a nose) or lies under it.
        """
        u, v = (x - CENTER[0]) / _HALF_WIDTH, (y - CENTER[1]) / _HALF_HEIGHT
        bulge = sqrt(max(0.12, 1 - u * u - v * v))
        depth = _DEPTH * bulge + lift
        at = self.point(x, y, depth)
        slope_x = -_DEPTH * u / (_HALF_WIDTH * bulge)
        slope_y = -_DEPTH * v / (_HALF_HEIGHT * bulge)
        matrix = skia.Matrix.MakeAll(
            _cosine(self.turn) + self.turn * slope_x,
            self.turn * slope_y * 0.5,
            at[0],
            self.nod * slope_x * 0.5,
            _cosine(self.nod) + self.nod * slope_y,
            at[1],
            0,
            0,
            1,
        )
        canvas.concat(matrix)
        canvas.translate(-x, -y)

    def slab(self, canvas: skia.Canvas, depth: float) -> None:
        """Applies the motion of a flat part at ``depth`` (negative is behind the axis)."""
        canvas.translate(depth * self.turn, depth * self.nod)


def _cosine(sine: float) -> float:
    """The cosine that goes with a sine."""
    return sqrt(1 - sine * sine)
