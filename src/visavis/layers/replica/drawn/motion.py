"""Building blocks of lifelike motion: drift, springs, easing. Deterministic, in simulated time."""

from __future__ import annotations

from math import exp, pi, sin

import numpy as np


class Drift:
    """A slow wander within about -1 to 1: a sum of sines of unrelated pace.

    Args:
        rng: gives the paces and phases.
        slowest: Hz.
        fastest: Hz.
    """

    def __init__(self, rng: np.random.Generator, slowest: float, fastest: float) -> None:
        self._waves = [
            (float(rng.uniform(slowest, fastest)), float(rng.uniform(0, 2 * pi)), float(rng.uniform(0.4, 1)))
            for _ in range(4)
        ]
        self._scale = 1.4 / sum(weight for *_, weight in self._waves)

    def at(self, time: float) -> float:
        """Its value at ``time`` seconds."""
        return self._scale * sum(
            weight * sin(2 * pi * pace * time + phase) for pace, phase, weight in self._waves
        )


class Spring:
    """A value that is drawn to its target and overshoots a little, as a head does.

    Args:
        pace: radians a second of its own swing.
        damping: 1 does not overshoot.
    """

    def __init__(self, pace: float, damping: float, value: float = 0.0) -> None:
        self.value = value
        self._speed = 0.0
        self._pace, self._damping = pace, damping

    def step(self, elapsed: float, target: float) -> float:
        """The value ``elapsed`` seconds on."""
        parts = max(1, round(elapsed / 0.02))
        part = elapsed / parts
        for _ in range(parts):
            pull = self._pace**2 * (target - self.value) - 2 * self._damping * self._pace * self._speed
            self._speed += pull * part
            self.value += self._speed * part
        return self.value

    def push(self, speed: float) -> None:
        """Adds to its speed, units a second."""
        self._speed += speed


def ease(value: float, target: float, elapsed: float, constant: float) -> float:
    """One step of exponential easing with a time constant in seconds."""
    return target + (value - target) * exp(-elapsed / constant)


def smooth(part: float) -> float:
    """Smoothstep of 0 to 1."""
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)
