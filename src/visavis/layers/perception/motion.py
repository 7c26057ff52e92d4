"""What only a sequence of pictures shows: a mouth that talks, a head that nods or shakes."""

from __future__ import annotations

from collections import deque

import numpy as np

from visavis.layers.perception.base import Face, Reading

WINDOW = 1.75
"""Seconds looked back."""
_FEWEST = 5
"""Pictures needed within the window."""
_MOUTH = 0.055
"""Mean change of the mouth between pictures from which it is as likely talking as not."""
_GAPE = 0.16
"""Likewise for the difference between its widest and its narrowest; parted lips at rest waver by half."""
_SWING = 7.0
"""Degrees a head must go to and fro."""
_STEADY = 0.6
"""The other axis may move at most so much of it."""


class Motion:
    """Of one face. Feed every picture in which it is seen."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float, float, float]] = deque()

    def feed(self, at: float, face: Face) -> None:
        """Take one picture in; ``at`` in seconds."""
        self._seen.append((at, face.mouth_open.value, face.pitch, face.yaw))
        while self._seen[0][0] < at - WINDOW:
            self._seen.popleft()

    def forget(self) -> None:
        """The face is gone."""
        self._seen.clear()

    def talking(self) -> Reading:
        """By the mouth alone; whether there is a voice the microphone knows better."""
        if len(self._seen) < _FEWEST:
            return Reading(0.0, 0.0)
        if max(float(np.ptp([seen[axis] for seen in self._seen])) for axis in (2, 3)) > _SWING:
            return Reading(0.0, 0.0)  # lips look different from below and above
        mouth = np.array([seen[1] for seen in self._seen])
        if _turns(mouth) < 2:  # it opened, or closed, and stayed so
            return Reading(0.0, self._fullness())
        change = float(np.abs(np.diff(mouth)).mean())
        amount = min(change / (2 * _MOUTH), float(np.ptp(mouth)) / (2 * _GAPE), 1.0)
        return Reading(amount, self._fullness())

    def nodding(self) -> Reading:
        """The head goes up and down, and not sideways."""
        return self._swinging(2, 3)

    def shaking(self) -> Reading:
        """The head goes to and fro sideways, and not up and down."""
        return self._swinging(3, 2)

    def _swinging(self, axis: int, other: int) -> Reading:
        if len(self._seen) < _FEWEST:
            return Reading(0.0, 0.0)
        angles = np.array([seen[axis] for seen in self._seen])
        swing, turns = float(np.ptp(angles)), _turns(angles)
        across = float(np.ptp([seen[other] for seen in self._seen]))
        if turns < 2 or across > _STEADY * swing:
            return Reading(0.0, self._fullness())
        return Reading(min(1.0, swing / (2 * _SWING)), self._fullness())

    def _fullness(self) -> float:
        return min(1.0, (self._seen[-1][0] - self._seen[0][0]) / (0.8 * WINDOW))


def _turns(angles: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """How often a movement reverses, counting only goes of a third of its range or more."""
    step = max(float(np.ptp(angles)) / 3, 1e-6)
    turns, direction, extreme = 0, 0, angles[0]
    for angle in angles[1:]:
        going = 1 if angle > extreme else -1
        if going == direction:
            extreme = angle
        elif abs(angle - extreme) >= step:
            turns += direction != 0
            direction, extreme = going, angle
    return turns
