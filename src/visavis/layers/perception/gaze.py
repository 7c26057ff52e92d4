"""Whether somebody looks at the screen: the head's direction and the eyes' within it."""

from __future__ import annotations

import math

from visavis.layers.perception.blendshapes import Movements
from visavis.layers.perception.pose import Pose

_SIDEWAYS, _UP, _DOWN = 30.0, 25.0, 25.0
"""Degrees that the eyes turn when a movement is at its fullest."""
_EDGE = 17.0
"""Degrees off the screen at which it is as likely the screen as not: a laptop's edge from 60 cm."""
_SOFT = 4.0
_RESTING_DOWN = 0.3
"""Looking straight at a screen below the camera shows so much of looking down."""


def direction(pose: Pose, movements: Movements) -> tuple[float, float]:
    """Degrees to the person's own left, and up, that the eyes look past the camera.

    Right to some five sideways, and to some ten up and down, where heads at rest differ.
    """
    left = movements["eyeLookOutLeft"] + movements["eyeLookInRight"]
    right = movements["eyeLookInLeft"] + movements["eyeLookOutRight"]
    up = movements["eyeLookUpLeft"] + movements["eyeLookUpRight"]
    down = movements["eyeLookDownLeft"] + movements["eyeLookDownRight"]
    sideways = pose.yaw + (left - right) / 2 * _SIDEWAYS
    upwards = pose.pitch + up / 2 * _UP - max(0.0, down / 2 - _RESTING_DOWN) * _DOWN
    return sideways, upwards


def at_screen(sideways: float, upwards: float) -> float:
    """Probability, 0 to 1, by degrees off the screen's middle."""
    away = math.hypot(sideways, upwards)
    return 1.0 / (1.0 + math.exp((away - _EDGE) / _SOFT))
