"""Where the eyes look, and when they blink."""

from __future__ import annotations

from math import copysign

import numpy as np

from visavis.layers.replica.base import Activity
from visavis.layers.replica.drawn.motion import ease, smooth

_SHUT, _HOLD, _OPEN = 0.08, 0.04, 0.17
"""Seconds of a blink: lids fall, rest, rise."""
_BLINK_PAUSE: dict[Activity, float] = {"idle": 3.8, "listening": 4.2, "thinking": 3.2, "speaking": 3.0}
"""Mean seconds between blinks."""
_TREMOR: dict[Activity, float] = {"idle": 0.1, "listening": 0.05, "thinking": 0.12, "speaking": 0.08}
"""Size of the small jumps around the point looked at."""
_GLANCES: dict[Activity, tuple[float, float]] = {
    "idle": (4.0, 9.0),
    "listening": (9.0, 18.0),
    "thinking": (0.9, 2.0),
    "speaking": (3.5, 7.0),
}
"""Seconds from one glance away to the next, from and to."""


_TOWARDS = (0.4, 0.25)
"""How far the eyes turn, sideways and up, to a face at the edge of the camera's picture.

It is some 25 degrees off there; attention that leaps to every move would be a stare."""
_FOLLOWING = 0.35
"""Seconds, time constant, in which the eyes follow somebody who moves."""


class Blink:
    """Lids that close every few seconds, and often with a large movement of the eyes."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._since = 1.0
        self._wait = float(rng.uniform(0.8, 2.4))

    def step(self, elapsed: float, activity: Activity) -> float:
        """How shut the lids are, 0 to 1."""
        self._since += elapsed
        self._wait -= elapsed
        if self._wait <= 0:
            self.now(activity)
        if self._since < _SHUT:
            return smooth(self._since / _SHUT)
        return 1 - smooth((self._since - _SHUT - _HOLD) / _OPEN)

    def now(self, activity: Activity) -> None:
        """Starts a blink, and sets the time of the next."""
        if self._since < _SHUT + _HOLD + _OPEN:
            return
        self._since = 0.0
        twice = self._rng.uniform() < 0.08
        pause = self._rng.gamma(5, _BLINK_PAUSE[activity] / 5)
        self._wait = 0.42 if twice else float(np.clip(pause, 1.6, 7.5))


class Gaze:
    """The point looked at: the user mostly, aside and up in thought, with small jumps in between."""

    def __init__(self, rng: np.random.Generator, blink: Blink) -> None:
        self._rng, self._blink = rng, blink
        self._activity: Activity = "idle"
        self._aim = np.zeros(2)
        self._user = np.zeros(2)
        self._jump = np.zeros(2)
        self._eyes = np.zeros(2)
        self._away = False
        self._next_jump, self._next_glance = 0.4, 3.0

    def step(
        self, elapsed: float, activity: Activity, user: tuple[float, float] | None = None
    ) -> tuple[float, float]:
        """Where the eyes point relative to the camera, right and down, -1 to 1.

        Args:
            elapsed: seconds since the frame before.
            activity: what the replica is doing.
            user: where somebody's face is, as ``ReplicaRenderer.looking_at``; None: before the camera.
        """
        self._follow(elapsed, user)
        if activity != self._activity:
            self._activity = activity
            self._away, self._next_glance = True, 0.0 if activity == "thinking" else 0.05
        self._next_jump -= elapsed
        self._next_glance -= elapsed
        if self._next_glance <= 0:
            self._glance(activity)
        if self._next_jump <= 0:
            self._jump = self._rng.normal(0, _TREMOR[activity], 2) * (1, 0.6)
            self._next_jump = float(self._rng.uniform(0.4, 1.8))
        target = self._aim + self._user + self._jump
        for axis in (0, 1):
            self._eyes[axis] = ease(float(self._eyes[axis]), float(target[axis]), elapsed, 0.022)
        return float(self._eyes[0]), float(self._eyes[1])

    @property
    def aim(self) -> tuple[float, float]:
        """Where attention is, without the small jumps: the head follows it a little."""
        aim = self._aim + self._user
        return float(aim[0]), float(aim[1])

    def _follow(self, elapsed: float, user: tuple[float, float] | None) -> None:
        """Turn towards the user: what is to the replica's own right and up is left and up to the viewer."""
        right, up = user or (0.0, 0.0)
        for axis, where in enumerate((-right * _TOWARDS[0], -up * _TOWARDS[1])):
            self._user[axis] = ease(float(self._user[axis]), where, elapsed, _FOLLOWING)

    def _glance(self, activity: Activity) -> None:
        """Looks away, or back at the camera."""
        before = self._aim
        if activity == "thinking":
            self._aim = self._thoughtful()
            self._next_glance = float(self._rng.uniform(*_GLANCES[activity]))
        elif self._away:
            self._aim, self._away = np.zeros(2), False
            self._next_glance = float(self._rng.uniform(*_GLANCES[activity]))
        else:
            side = copysign(self._rng.uniform(0.3, 0.6), self._rng.uniform(-1, 1))
            self._aim, self._away = np.array([side, self._rng.uniform(-0.15, 0.3)]), True
            self._next_glance = float(self._rng.uniform(0.5, 1.1))
        if np.abs(self._aim - before).max() > 0.3 and self._rng.uniform() < 0.5:
            self._blink.now(activity)

    def _thoughtful(self) -> np.ndarray:
        side = 1.0 if self._aim[0] >= 0 else -1.0
        if self._rng.uniform() < 0.25:
            side = -side
        return np.array([side * self._rng.uniform(0.45, 0.75), self._rng.uniform(-0.8, -0.4)])
