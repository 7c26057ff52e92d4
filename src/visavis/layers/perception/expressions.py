"""Expressions out of a face's movements, compared with how that face rests."""

from __future__ import annotations

from dataclasses import dataclass

from visavis.layers.perception.baseline import Baseline
from visavis.layers.perception.blendshapes import Movements

RESTING: Movements = {
    "smile": 0.02,
    "brow down": 0.25,
    "brow out": 0.03,
    "brow in": 0.05,
    "eye wide": 0.02,
    "eye squint": 0.4,
}
"""People in general, as the network sees them."""


@dataclass(frozen=True, slots=True)
class Expressions:
    """Amounts, 0 to 1. Those of the brows mean little before the face's rest is known."""

    smile: float
    surprise: float
    frown: float
    eyes_closed: float


def of_both_sides(movements: Movements) -> Movements:
    """The movements that matter here, the mean of the left and the right."""

    def mean(name: str) -> float:
        return (movements[f"{name}Left"] + movements[f"{name}Right"]) / 2

    return {
        "smile": mean("mouthSmile"),
        "blink": mean("eyeBlink"),
        "brow down": mean("browDown"),
        "brow out": mean("browOuterUp"),
        "brow in": movements["browInnerUp"],
        "eye wide": mean("eyeWide"),
        "eye squint": mean("eyeSquint"),
    }


def expressions(moves: Movements, rest: Baseline) -> Expressions:
    """From ``of_both_sides``."""
    return Expressions(
        smile=moves["smile"],
        surprise=_surprise(moves, rest),
        frown=rest.beyond("brow down", moves["brow down"]),
        eyes_closed=moves["blink"],
    )


def _surprise(moves: Movements, rest: Baseline) -> float:
    """Brows up and eyes wide; an open mouth may come with it, but comes with talking as well."""
    raised = rest.beyond("brow out", moves["brow out"]) + rest.beyond("brow in", moves["brow in"])
    squint = rest.rest("eye squint")
    widened = max(0.0, squint - moves["eye squint"]) / max(0.2, squint)
    wide = 1.5 * rest.beyond("eye wide", moves["eye wide"]) + 0.45 * widened
    smoothed = max(0.0, rest.rest("brow down") - moves["brow down"])
    amount = min(1.2 * raised, 0.6) + min(wide, 0.45) + min(smoothed, 0.2) - moves["blink"]
    return min(1.0, max(0.0, amount))
