"""Renders the pictures that the tests look at: ``python -m benchmarks.perception.stills``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import skia

from benchmarks.perception.acts import both
from benchmarks.perception.clips import empty, picture
from benchmarks.perception.looks import LOOKS
from benchmarks.perception.people import Person
from benchmarks.perception.scenes import Scene

FOLDER = Path(__file__).parents[2] / "tests" / "layers" / "perception" / "people"
ACTING = {
    "neutral": Scene(),
    "smiling": Scene(movements={**both(1.0, "mouthSmile"), **both(0.4, "cheekSquint")}),
    "surprised": Scene(movements={"browInnerUp": 1.0, "jawOpen": 0.3, **both(1.0, "browOuterUp", "eyeWide")}),
    "frowning": Scene(movements={**both(1.0, "browDown"), **both(0.5, "mouthFrown")}),
    "eyes closed": Scene(movements=both(1.0, "eyeBlink")),
    "head turned": Scene(yaw=36.0),
    "eyes turned": Scene(gaze=(30.0, 0.0), movements={"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0}),
}
WHO = ("african woman", "asian man", "old european woman")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    people = {name: Person(LOOKS[name]) for name in WHO}
    first, second = people[WHO[0]], people[WHO[1]]
    for name, person in people.items():
        for act, scene in ACTING.items():
            _save(f"{name} {act}", person.picture(_clean(scene)))
    _save("nobody", empty(_clean(Scene())))
    _save("two people", picture(first, second, _clean(Scene()), 2))
    _save("far", first.picture(_clean(Scene(distance=1.8))))
    _save("dark", second.picture(_clean(Scene(light=0.22, background=0.12))))


def _clean(scene: Scene) -> Scene:
    """Without a camera's noise, which a test adds anew to each frame."""
    return replace(scene, noise=0.0)


def _save(name: str, rgba: object) -> None:
    image = skia.Image.fromarray(rgba)
    image.save(str(FOLDER / f"{name.replace(' ', '-')}.jpg"), skia.EncodedImageFormat.kJPEG, 85)


if __name__ == "__main__":
    main()
