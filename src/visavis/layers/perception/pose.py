"""Which way a head points, and how far away it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from visavis.layers.perception.mesh import LEFT_EYE, RIGHT_EYE, Mesh

_RIGHT_CHEEK, _LEFT_CHEEK, _FOREHEAD, _CHIN = 234, 454, 10, 152
_LEVEL = -13.0
"""Pitch, degrees, that the line from chin to forehead shows when somebody looks straight ahead."""
_EYES_APART = 0.089
"""Metres between the eyes' outer corners of an adult (the mean; people differ by 6 %)."""
_FOCAL = 0.9
"""Focal length of an ordinary webcam, in picture widths (a field of view of 58 degrees)."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees as in ``base.Face``; ``distance`` in metres."""

    yaw: float
    pitch: float
    roll: float
    distance: float


def pose(mesh: Mesh, width: int) -> Pose:
    """Of a face in a picture so many pixels wide."""
    points = mesh.points
    across = points[_LEFT_CHEEK] - points[_RIGHT_CHEEK]
    up = points[_FOREHEAD] - points[_CHIN]
    yaw = math.degrees(math.atan2(across[2], math.hypot(across[0], across[1])))
    pitch = math.degrees(math.atan2(up[2], math.hypot(up[0], up[1]))) - _LEVEL
    roll = math.degrees(math.atan2(across[1], across[0]))
    apart = float(np.linalg.norm(points[LEFT_EYE[0]] - points[RIGHT_EYE[0]]))
    return Pose(yaw, pitch, roll, _FOCAL * width * _EYES_APART / max(apart, 1.0))
