"""What the engine makes of a film without a server: the same pictures, at the rate of a call, and no wire."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.film import MARKER, PLAYED, Part, begins, length
from visavis.layers.perception.base import PerceptionEngine, Picture
from visavis.layers.perception.conditions import Change, Condition, Conditions

BETWEEN = (0.2, 0.3)
"""Seconds between the pictures that are looked at, in turn, as ``Watcher`` takes them."""
LOOPS = 2
"""How often the film is seen; only the last time counts, when the face is known."""
Pixels = NDArray[np.uint8]


def pictures(film: Path) -> list[Pixels]:
    """All of a film's, RGBA."""
    with av.open(str(film), format="mjpeg") as opened:
        return [frame.to_ndarray(format="rgba") for frame in opened.decode(video=0)]


def unmarked(film: Sequence[Pixels]) -> list[Pixels]:
    """The same with the wall beside the marker in its place."""
    return [_covered(one) for one in film]


def changes(engine: PerceptionEngine, film: Sequence[Pixels], phase: float = 0.0) -> list[Change]:
    """What is noticed; ``phase``: seconds of the film at which the first look falls."""
    eyes, conditions, noticed = engine.eyes(), Conditions(), list[Change]()
    at, looks = phase, 0
    while (index := int(at * PLAYED)) < LOOPS * len(film):
        noticed += conditions.feed(eyes.look(Picture(at, film[index % len(film)])))
        at += BETWEEN[looks % 2]
        looks += 1
    return noticed


def delays(
    engine: PerceptionEngine,
    film: Sequence[Pixels],
    script: Sequence[Part],
    condition: Condition,
    phases: int = 6,
) -> list[float]:
    """Seconds from each act's first picture until its condition is noticed, looked at in several phases."""
    found = []
    last = (LOOPS - 1) * length(script)
    for number in range(phases):
        noticed = changes(engine, film, number * sum(BETWEEN) / phases)
        for begun, part in begins(script):
            start = last + begun
            found += [
                change.noticed - start
                for change in noticed
                if change.condition == condition
                and change.began
                and start <= change.noticed < start + part.seconds + 1.0
            ][:1]
    return found


def _covered(picture: Pixels) -> Pixels:
    whole = picture.copy()
    around = MARKER + 8  # JPEG smears it a little
    whole[:around, :around] = picture[:around, around : 2 * around]
    return whole
