"""Sights as an engine gives them, made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from visavis.layers.perception.base import Face, Lighting, Reading, Sight
from visavis.layers.perception.conditions import Change

FPS = 4.0


def face(confidence: float = 0.95, **changed: Any) -> Face:
    """Somebody at rest who looks at the screen; readings are given as amounts."""
    readings = {
        "looking": 0.95,
        "smile": 0.0,
        "surprise": 0.0,
        "frown": 0.0,
        "eyes_closed": 0.02,
        "mouth_open": 0.0,
    }
    plain = {"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "distance": 0.6, "box": (0.4, 0.3, 0.6, 0.6)}
    for name in readings:
        readings[name] = changed.pop(name, readings[name])
    measured = {name: Reading(value, confidence) for name, value in readings.items()}
    return Face(confidence=confidence, **{**plain, **changed}, **measured)  # type: ignore[arg-type]


def sight(at: float, *faces: Face, kind: Any = "good") -> Sight:
    return Sight(at, "camera", faces, Lighting(kind, 0.5, 1.0))


def during(start: float, end: float, *faces: Face, kind: Any = "good") -> Iterator[Sight]:
    """The same picture over and over, from one moment up to another."""
    for index in range(round((end - start) * FPS)):
        yield sight(start + index / FPS, *faces, kind=kind)


def told(changes: list[Change]) -> list[tuple[str, bool]]:
    return [(change.condition, change.began) for change in changes]
