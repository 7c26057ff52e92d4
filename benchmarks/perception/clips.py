"""The labelled set: each person does each thing, and what was noticed is compared with what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.acts import ACTS, AFTER, BEFORE, FPS, Act, frames
from benchmarks.perception.people import LOOKS, Person, Scene, backdrop, camera
from visavis.layers.perception.base import Eyes, PerceptionEngine, Picture, Sight
from visavis.layers.perception.conditions import CONDITIONS, Change, Condition, Conditions

TUNING = (
    "african woman",
    "old african man",
    "asian man",
    "older asian woman",
    "european woman",
    "older european man",
)
"""Thresholds were chosen on these; the others are judged."""
JUDGED = tuple(name for name in LOOKS if name not in TUNING)
RESTING = (
    Scene(),
    Scene(distance=0.75, yaw=6.0, background=0.75, light=0.9, noise=4.0, seed=11),
    Scene(distance=0.5, yaw=-5.0, pitch=-6.0, background=0.35, light=0.75, side=0.45, seed=23),
    Scene(distance=0.65, pitch=6.0, roll=5.0, light=1.1, background=0.65, seed=37),
)
"""Ways to sit before a webcam, taken in turn."""

FINE = 2 * FPS


@dataclass(frozen=True)
class Clip:
    """One person doing one thing. ``sights``: what the engine saw, picture by picture."""

    person: str
    act: Act
    sights: tuple[Sight, ...]


@dataclass
class Score:
    """Of one condition: clips in which it was shown and noticed, and the mistakes."""

    hits: int = 0
    misses: int = 0
    false: int = 0
    delays: list[float] = field(default_factory=list)
    blamed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """Of what was noticed, the share that was there."""
        return self.hits / max(1, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Of what was there, the share that was noticed."""
        return self.hits / max(1, self.hits + self.misses)


def watch(engine: PerceptionEngine, names: Iterable[str], acts: Iterable[Act] = ACTS) -> Iterator[Clip]:
    """Render the clips and let the engine see them. Minutes."""
    chosen = tuple(acts)
    for name in names:
        person, other = Person(LOOKS[name]), Person(LOOKS[another(name)])
        known: dict[str, NDArray[np.uint8]] = {}
        for number, act in enumerate(chosen):
            rest = RESTING[number % len(RESTING)]
            film = (
                (at, partial(_once, known, person, other, scene, people))
                for at, scene, people in frames(act, rest, FINE)
            )
            yield Clip(name, act, tuple(sight for sight, _ in look(engine.eyes(), film)))


def look(
    eyes: Eyes, film: Iterable[tuple[float, Callable[[], NDArray[np.uint8]]]]
) -> Iterator[tuple[Sight, list[Change]]]:
    """Look as a ``Watcher`` does, twice as often while something begins; what is not looked at is not drawn.

    ``film``: times, ``FINE`` a second, and what draws the picture.
    """
    conditions, due = Conditions(), 0.0
    for at, draw in film:
        if at >= due:
            sight = eyes.look(Picture(at, draw()))
            yield sight, conditions.feed(sight)
            due = at + (1 / FINE if conditions.pending else 1 / FPS)


def _once(
    known: dict[str, NDArray[np.uint8]], person: Person, other: Person, scene: Scene, people: int
) -> NDArray[np.uint8]:
    key = repr((scene, people))
    if key not in known:
        known[key] = picture(person, other, scene, people)
    return known[key]


def picture(person: Person, other: Person, scene: Scene, people: int) -> NDArray[np.uint8]:
    """One frame with nobody, somebody, or somebody and another behind."""
    if people == 0:
        return empty(scene)
    if people == 1:
        return person.picture(scene)
    behind = replace(scene, offset=(scene.offset[0] + 0.28, 0.08), distance=scene.distance * 1.35, yaw=-8.0)
    return person.add(other.picture(behind), replace(scene, offset=(scene.offset[0] - 0.1, scene.offset[1])))


def empty(scene: Scene, width: int = 640, height: int = 480) -> NDArray[np.uint8]:
    """The room without anybody."""
    return camera(backdrop(scene, width, height), scene)


def judge(clips: Iterable[Clip]) -> dict[Condition, Score]:
    """What the conditions made of the sights."""
    scores: dict[Condition, Score] = {name: Score() for name in CONDITIONS}
    for clip in clips:
        conditions = Conditions()
        noticed: dict[Condition, float] = {}
        for sight in clip.sights:
            for change in conditions.feed(sight):
                if change.began and change.condition != "present":
                    late = change.noticed < BEFORE or change.noticed > BEFORE + clip.act.seconds + AFTER
                    if change.condition in clip.act.shows and not late:
                        noticed.setdefault(change.condition, change.noticed - BEFORE)
                    elif change.condition not in clip.act.may_show:
                        scores[change.condition].false += 1
                        scores[change.condition].blamed[f"{clip.person}: {clip.act.name}"] += 1
        for shown in clip.act.shows:
            if shown in noticed:
                scores[shown].hits += 1
                scores[shown].delays.append(noticed[shown])
            else:
                scores[shown].misses += 1
                scores[shown].blamed[f"{clip.person}: {clip.act.name} (missed)"] += 1
    return scores


def another(name: str) -> str:
    """Who is with somebody when two are in the picture."""
    names = list(LOOKS)
    return names[(names.index(name) + 5) % len(names)]
