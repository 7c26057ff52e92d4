"""What the mouth does from frame to frame: by phonemes, by loudness alone, or at rest."""

from __future__ import annotations

from dataclasses import replace
from math import exp, pi, sin

from visavis.layers.replica.drawn import visemes
from visavis.layers.replica.drawn.pose import MouthShape
from visavis.media.sounds import Mouth

_AUDIBLE = 0.02
"""Loudness below which nothing is heard."""
_MURMUR, _SHOUT = 0.25, 0.85
"""Loudness at which the jaw begins to move, and at which it is as far down as it goes without text."""
_ATTACK, _RELEASE = 0.02, 0.09
"""Seconds, time constants of the jaw that follows loudness."""
_LEFT_OPEN = 0.2
"""Part of the opening that the first silent frame keeps; the second keeps none."""


class LipMotion:
    """The lips of one replica, driven once a frame."""

    def __init__(self) -> None:
        self._clock = 0.0
        self._jaw = 0.0
        self._heard = False
        self._last = MouthShape()

    def step(self, elapsed: float, mouth: Mouth) -> MouthShape:
        """The mouth for the next frame.

        Args:
            elapsed: seconds since the frame before.
            mouth: what is being heard.
        """
        self._clock += elapsed
        if mouth.phonemes:
            self._last = self._spoken(elapsed, mouth)
        elif mouth.loudness > _AUDIBLE:
            self._last = self._by_loudness(elapsed, mouth.loudness)
        else:
            self._last = self._closing()
        self._heard = bool(mouth.phonemes) or mouth.loudness > _AUDIBLE
        return self._last

    def _spoken(self, elapsed: float, mouth: Mouth) -> MouthShape:
        shape = visemes.shape(mouth.phonemes, max(elapsed, 0.001))
        self._jaw = shape.jaw
        return replace(shape, jaw=min(1.0, shape.jaw * (0.72 + 0.42 * mouth.loudness)))

    def _by_loudness(self, elapsed: float, loudness: float) -> MouthShape:
        target = min(0.9, max(0.0, (loudness - _MURMUR) / (_SHOUT - _MURMUR)))
        pace = _ATTACK if target > self._jaw else _RELEASE
        self._jaw += (target - self._jaw) * (1 - exp(-elapsed / pace))
        vowel = 0.6 * sin(2 * pi * 1.9 * self._clock) + 0.4 * sin(2 * pi * 3.1 * self._clock + 1.3)
        return MouthShape(
            jaw=self._jaw,
            round=0.4 * max(0.0, vowel) * self._jaw**0.5,
            wide=0.4 * max(0.0, -vowel) * self._jaw**0.5,
            upper=0.2 * self._jaw,
            lower=0.25 * self._jaw,
        )

    def _closing(self) -> MouthShape:
        last, kept = self._last, _LEFT_OPEN if self._heard else 0.0
        pursed = 0.5 if max(last.round, last.wide) > 0.02 else 0.0
        self._jaw = last.jaw * kept
        return MouthShape(
            jaw=self._jaw,
            round=last.round * pursed,
            wide=last.wide * pursed,
            upper=last.upper * kept,
            lower=last.lower * kept,
        )
