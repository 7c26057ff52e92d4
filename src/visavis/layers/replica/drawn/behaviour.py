"""How the replica carries itself: idle, listening, thinking, speaking. The same seed moves the same."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import cos, pi

import numpy as np

from visavis.layers.replica.base import Activity
from visavis.layers.replica.drawn.gaze import Blink, Gaze
from visavis.layers.replica.drawn.motion import Drift, Spring, ease
from visavis.layers.replica.drawn.pose import MouthShape, Pose

_LONGEST_STEP = 0.2
"""Seconds of motion at most in a frame: after a stall it goes on where it was instead of jumping."""
_BREATH = 4.1
"""Seconds of a breath."""
_EASING = 0.085
"""Seconds, time constant from one activity's carriage to another's: 95 % in a quarter of a second."""


@dataclass(slots=True)
class _Carriage:
    """An activity's posture and liveliness.

    Attributes:
        liveliness: scale of the head's wander.
        yaw: degrees of steady turn; likewise pitch and roll.
        lean: pixels towards the camera's bottom edge.
        brow: steady raise of the brows.
        lift: of one brow over the other.
        furrow: of the inner brows.
        smile: 0 to 1.
        attention: how much the head follows the eyes.
    """

    liveliness: float
    yaw: float
    pitch: float
    roll: float
    lean: float
    brow: float
    lift: float
    furrow: float
    smile: float
    attention: float


_CARRIAGE: dict[Activity, _Carriage] = {
    "idle": _Carriage(0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.42, 2.0),
    "listening": _Carriage(0.6, 1.0, 1.2, 3.0, 2.5, 0.22, 0.0, 0.0, 0.5, 1.5),
    "thinking": _Carriage(0.8, 0.0, -1.6, -1.4, -0.5, 0.2, 0.3, 0.32, 0.12, 5.5),
    "speaking": _Carriage(1.6, 0.0, 0.3, 0.0, 1.0, 0.06, 0.0, 0.0, 0.34, 2.5),
}


class Behaviour:
    """Everything that moves but the mouth.

    Args:
        seed: of its habits and their moments.

    Attributes:
        looking_at: where the user's face is, as ``ReplicaRenderer.looking_at``.
    """

    def __init__(self, seed: int) -> None:
        self.looking_at: tuple[float, float] | None = None
        rng = np.random.default_rng(seed)
        self._rng = rng
        self._clock = 0.0
        self._blink = Blink(rng)
        self._gaze = Gaze(rng, self._blink)
        self._wander = {name: Drift(rng, 0.05, 0.42) for name in ("yaw", "pitch", "roll", "x", "y", "brow")}
        self._yaw, self._pitch, self._roll = Spring(9, 0.75), Spring(10, 0.7), Spring(7, 0.85)
        self._hair = Spring(8, 0.28)
        self._now = _Carriage(*(getattr(_CARRIAGE["idle"], field.name) for field in fields(_Carriage)))
        self._loud, self._base, self._stress = 0.0, 0.0, 0.0
        self._next_nod = 1.6
        self._until_beat = 0.0

    def step(self, elapsed: float, activity: Activity, loudness: float, mouth: MouthShape) -> Pose:
        """The pose for the next frame.

        Args:
            elapsed: seconds since the frame before.
            activity: what the replica is doing.
            loudness: of its voice, 0 to 1.
            mouth: goes into the pose as it is.
        """
        elapsed = min(max(elapsed, 0.0), _LONGEST_STEP)
        self._clock += elapsed
        self._settle(elapsed, activity)
        self._listen_to_itself(elapsed, loudness if activity == "speaking" else 0.0)
        if activity == "listening":
            self._nod(elapsed)
        eyes = self._gaze.step(elapsed, activity, self.looking_at)
        yaw, pitch, roll = self._head(elapsed)
        return Pose(
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            shift=self._lean(),
            breath=0.5 - 0.5 * cos(2 * pi * self._clock / _BREATH),
            gaze=_held(eyes, yaw, pitch),
            blink=self._blink.step(elapsed, activity),
            brows=self._brows(),
            furrow=self._now.furrow,
            smile=self._now.smile,
            sway=self._sway(elapsed, yaw, roll),
            mouth=mouth,
        )

    def _settle(self, elapsed: float, activity: Activity) -> None:
        target = _CARRIAGE[activity]
        for field in fields(_Carriage):
            value = ease(getattr(self._now, field.name), getattr(target, field.name), elapsed, _EASING)
            setattr(self._now, field.name, value)

    def _listen_to_itself(self, elapsed: float, loudness: float) -> None:
        """Finds stressed syllables: loudness that rises well above its own average."""
        self._loud = ease(self._loud, loudness, elapsed, 0.04 if loudness > self._loud else 0.12)
        self._base = ease(self._base, self._loud, elapsed, 0.7)
        stress = max(0.0, self._loud - self._base - 0.06)
        self._until_beat -= elapsed
        if stress > 0.12 and self._until_beat <= 0:
            self._pitch.push(float(self._rng.uniform(22, 44)))
            self._yaw.push(float(self._rng.uniform(-20, 20)))
            self._until_beat = float(self._rng.uniform(0.35, 0.9))
        self._stress = ease(self._stress, min(1.0, 2.4 * stress), elapsed, 0.1)

    def _nod(self, elapsed: float) -> None:
        self._next_nod -= elapsed
        if self._next_nod <= 0:
            self._pitch.push(float(self._rng.uniform(45, 75)))
            again = self._rng.uniform() < 0.4
            self._next_nod = 0.5 if again else float(self._rng.uniform(2.4, 5.5))

    def _head(self, elapsed: float) -> tuple[float, float, float]:
        now, time = self._now, self._clock
        aim = self._gaze.aim
        yaw = now.yaw + now.attention * aim[0] + 2.4 * now.liveliness * self._wander["yaw"].at(time)
        pitch = (
            now.pitch + now.attention * 0.7 * aim[1] + 1.5 * now.liveliness * self._wander["pitch"].at(time)
        )
        roll = now.roll + 1.5 * now.liveliness * self._wander["roll"].at(time)
        return (
            self._yaw.step(elapsed, yaw),
            self._pitch.step(elapsed, pitch + 1.6 * self._stress),
            self._roll.step(elapsed, roll),
        )

    def _lean(self) -> tuple[float, float]:
        now, time = self._now, self._clock
        across = 2.6 * now.liveliness * self._wander["x"].at(time) + 0.5 * self._yaw.value
        return across, now.lean + 1.2 * now.liveliness * self._wander["y"].at(time) + 0.3 * self._pitch.value

    def _brows(self) -> tuple[float, float]:
        now = self._now
        raised = now.brow + 0.1 * self._wander["brow"].at(self._clock) + 0.6 * self._stress
        return raised, raised + now.lift

    def _sway(self, elapsed: float, yaw: float, roll: float) -> float:
        """The tips hang behind the head's turning and hang down when it tilts."""
        return self._hair.step(elapsed, 0.55 * yaw + 1.9 * roll) - 0.55 * yaw


def _held(eyes: tuple[float, float], yaw: float, pitch: float) -> tuple[float, float]:
    """Gaze in the head: the eyes turn against the head and so stay on what they look at."""
    right = eyes[0] - 0.045 * yaw
    down = eyes[1] - 0.05 * pitch
    return max(-1.0, min(1.0, right)), max(-1.0, min(1.0, down))
