"""What the rendered people do, frame by frame, and which conditions that should show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.perception.scenes import Scene
from visavis.layers.perception.conditions import Condition

FPS = 4.0
BEFORE, AFTER = 6.0, 5.0
"""Seconds at rest around each act: so long knows the engine the face, and so long must nothing follow."""


def both(amount: float, *names: str) -> dict[str, float]:
    """A movement on both sides."""
    return {f"{name}{side}": amount for name in names for side in ("Left", "Right")}


@dataclass(frozen=True)
class Act:
    """Something somebody does for a while.

    Attributes:
        shows: the conditions it should show.
        seconds: how long.
        change: what of the resting scene is different, after so many seconds of it.
        people: how many are in the picture.
        may_show: conditions that would not be wrong.
    """

    name: str
    shows: frozenset[Condition]
    seconds: float
    change: Callable[[float], Mapping[str, object]]
    people: int = 1
    may_show: frozenset[Condition] = field(default_factory=frozenset)


def _face(**movements: float) -> Callable[[float], Mapping[str, object]]:
    return lambda _: {"movements": movements}


def _talk(at: float) -> Mapping[str, object]:
    """About five syllables a second, with closures between."""
    random = np.random.default_rng(int(at * 1000))
    jaw = abs(math.sin(at * 2 * math.pi * 2.4)) * random.uniform(0.1, 0.5)
    return {
        "movements": {"jawOpen": jaw, "mouthPucker": random.uniform(0, 0.5), **both(jaw / 3, "mouthStretch")}
    }


def _swing(axis: str, degrees: float, hertz: float) -> Callable[[float], Mapping[str, object]]:
    return lambda at: {axis: degrees * math.sin(at * 2 * math.pi * hertz)}


_SMILE = {**both(1.0, "mouthSmile"), **both(0.4, "cheekSquint")}
_AWAY: frozenset[Condition] = frozenset(("looking away",))
_DOWN = both(1.0, "eyeLookDown")


def _shows(*conditions: Condition) -> frozenset[Condition]:
    return frozenset(conditions)


ACTS = (
    Act("smile", _shows("smiling"), 3.0, _face(**_SMILE)),
    Act("slight smile", _shows("smiling"), 3.0, _face(**both(0.65, "mouthSmile"))),
    Act(
        "surprise, mouth open",
        _shows("surprised"),
        2.0,
        _face(browInnerUp=1.0, jawOpen=0.4, **both(1.0, "browOuterUp", "eyeWide")),
    ),
    Act(
        "surprise, mouth closed",
        _shows("surprised"),
        2.0,
        _face(browInnerUp=0.8, **both(0.9, "browOuterUp", "eyeWide")),
    ),
    Act("frown", _shows("frowning"), 3.0, _face(**both(1.0, "browDown"), **both(0.5, "mouthFrown"))),
    Act("slight frown", _shows("frowning"), 3.0, _face(**both(0.75, "browDown"))),
    Act("eyes closed", _shows("eyes closed"), 2.5, _face(**both(1.0, "eyeBlink"))),
    Act(
        "blinking",
        frozenset(),
        4.0,
        lambda at: {"movements": both(1.0 if at % 2.0 < 0.3 else 0.0, "eyeBlink")},
    ),
    Act("talking", _shows("talking"), 4.0, _talk),
    Act("mouth open", frozenset(), 2.5, _face(jawOpen=0.4)),
    Act("lips pursed", frozenset(), 2.5, _face(mouthPucker=0.7)),
    Act("head turned left", _AWAY, 3.0, lambda _: {"yaw": 38.0}),
    Act("head turned right", _AWAY, 3.0, lambda _: {"yaw": -35.0, "pitch": -8.0}),
    Act("head down", _AWAY, 3.0, lambda _: {"pitch": -32.0, "movements": _DOWN}),
    Act(
        "eyes to the left",
        _AWAY,
        3.0,
        lambda _: {"gaze": (30.0, 0.0), "movements": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}},
    ),
    Act(
        "eyes to the right",
        _AWAY,
        3.0,
        lambda _: {"gaze": (-30.0, 0.0), "movements": {"eyeLookOutRight": 1.0, "eyeLookInLeft": 1.0}},
    ),
    Act(
        "eyes about the screen",
        frozenset(),
        4.0,
        lambda at: {"gaze": (9.0 * math.sin(at * 2), 4.0 * math.cos(at * 3))},
    ),
    Act("head a little turned", frozenset(), 3.0, lambda _: {"yaw": 9.0, "gaze": (-6.0, 0.0)}),
    Act("nod", _shows("nodding"), 2.0, _swing("pitch", 9.0, 1.2)),
    Act("shake", _shows("shaking head"), 2.0, _swing("yaw", 13.0, 1.1), may_show=_AWAY),
    Act("leaves", _shows("left"), 6.0, lambda _: {}, people=0),
    Act("somebody joins", _shows("second person"), 5.0, lambda _: {}, people=2),
    Act("comes close", _shows("close to the camera"), 4.0, lambda _: {"distance": 0.26}),
    Act("goes back", _shows("far from the camera"), 5.0, lambda _: {"distance": 1.8}),
    Act("light goes out", _shows("dark"), 5.0, lambda _: {"light": 0.22, "background": 0.12}),
)


def frames(act: Act, rest: Scene, fps: float = FPS) -> Iterator[tuple[float, Scene, int]]:
    """Time, scene and number of people of a clip: at rest, the act, at rest again."""
    end = BEFORE + act.seconds
    for index in range(int((end + AFTER) * fps)):
        at = index / fps
        # the same pictures at rest for every act, so that they need be rendered once
        living = alive(rest, at if at < BEFORE else max(BEFORE, at - act.seconds))
        if BEFORE <= at < end:
            living = alive(rest, at)
            ease = min(1.0, (at - BEFORE + 1 / fps) / 0.5, (end - at) / 0.5)
            yield at, changed(living, act.change(at - BEFORE), ease), act.people
        else:
            yield at, living, 1


def alive(rest: Scene, at: float) -> Scene:
    """Nobody keeps still: the head drifts by a degree or two, eyes wander, lids blink now and then."""
    phase = rest.seed * 1.7
    blink = 1.0 if (at + rest.seed * 0.37) % 3.7 < 0.2 else 0.0
    return replace(
        rest,
        movements=both(blink, "eyeBlink") if blink else {},
        yaw=rest.yaw + 1.5 * math.sin(at * 0.9 + phase),
        pitch=rest.pitch + 1.2 * math.sin(at * 0.7 + 2 * phase),
        gaze=(rest.gaze[0] + 3 * math.sin(at * 1.3 + phase), rest.gaze[1] + 2 * math.cos(at * 1.7 + phase)),
        offset=(rest.offset[0] + 0.01 * math.sin(at * 0.5 + phase), rest.offset[1]),
    )


def changed(scene: Scene, change: Mapping[str, object], ease: float) -> Scene:
    """The scene with part of a change, ``ease`` from 0 to 1."""
    values: dict[str, object] = {}
    for name, value in change.items():
        before = getattr(scene, name)
        if isinstance(value, Mapping):
            values[name] = {**before, **{key: amount * ease for key, amount in value.items()}}
        elif isinstance(value, tuple):
            values[name] = tuple(b + (v - b) * ease for b, v in zip(before, value, strict=True))
        elif name in ("yaw", "pitch", "roll"):
            values[name] = before + value * ease  # type: ignore[operator]
        else:
            values[name] = before + (value - before) * ease
    return replace(scene, **values)  # type: ignore[arg-type]
