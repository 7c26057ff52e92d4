"""Films of the rendered people, for a browser's fake camera: ``python -m benchmarks.perception.film smile``.

Chromium plays one over and over with ``--use-fake-device-for-media-stream
--use-file-for-fake-video-capture=FILE.mjpeg``, always at 30 pictures a second.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from benchmarks.perception import acts, clips, people
from benchmarks.perception.acts import ACTS, AFTER, BEFORE, alive, changed
from benchmarks.perception.clips import RESTING, another, picture
from benchmarks.perception.looks import LOOKS
from benchmarks.perception.people import Person
from benchmarks.perception.scenes import Scene
from visavis.layers.perception.jpeg import jpeg

PLAYED = 30
"""Pictures a second of Chromium's fake camera, whatever it is given."""
FPS = 15
"""Pictures a second that are rendered; each is shown twice."""
MARKER = 24
"""Pixels of the square in the upper left corner: white while an act goes on, else black."""
EASE = 0.5
"""Seconds in which an act comes and goes."""
_QUALITY = 3


@dataclass(frozen=True)
class Part:
    """Some seconds of a film: the name of one of ``ACTS``, or None for a face at rest."""

    seconds: float
    act: str | None = None


def whole(act: str) -> tuple[Part, ...]:
    """One act with rest around it."""
    (chosen,) = (one for one in ACTS if one.name == act)
    return Part(BEFORE), Part(chosen.seconds, act), Part(AFTER)


def length(script: Sequence[Part]) -> float:
    """Seconds."""
    return sum(part.seconds for part in script)


def begins(script: Sequence[Part]) -> list[tuple[float, Part]]:
    """When each act begins, in seconds of the film."""
    starts = np.cumsum([0.0, *(part.seconds for part in script)])
    return [(float(at), part) for at, part in zip(starts, script, strict=False) if part.act]


def film(person: str, script: Sequence[Part], rest: Scene = RESTING[0]) -> Path:
    """A film with the marker, rendered once and kept among the user's cached files.

    Args:
        person: a name of ``LOOKS``.
        script: what they do.
        rest: how they sit.
    """
    drawn_by = b"".join(Path(str(module.__file__)).read_bytes() for module in (acts, clips, people))
    version = sha256(drawn_by + Path(__file__).read_bytes() + repr((person, script, rest)).encode())
    acted = "-".join(dict.fromkeys(part.act or "rest" for part in script))
    name = f"{person}-{acted}".replace(" ", "_").replace(",", "")
    path = user_cache_path("visavis") / "test-material" / "films" / f"{name}-{version.hexdigest()[:12]}.mjpeg"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        write(unfinished, person, script, rest)
        os.replace(unfinished, path)
    return path


def write(path: Path, person: str, script: Sequence[Part], rest: Scene = RESTING[0]) -> None:
    """Render a film: about a minute for a minute."""
    who, other = Person(LOOKS[person]), Person(LOOKS[another(person)])
    with path.open("wb") as out:
        for scene, how_many, acting in scenes(script, rest):
            pixels = marked(picture(who, other, scene, how_many), acting)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgba")
            out.write(jpeg(frame, pixels.shape[1], _QUALITY) * (PLAYED // FPS))


def scenes(script: Sequence[Part], rest: Scene) -> Iterator[tuple[Scene, int, bool]]:
    """What is to be drawn, how many people are there, and whether an act goes on."""
    begun = 0.0
    for part in script:
        act = next((one for one in ACTS if one.name == part.act), None)
        for index in range(round(part.seconds * FPS)):
            into = index / FPS
            living = alive(rest, begun + into)
            if act is None:
                yield living, 1, False
                continue
            ease = min(1.0, (into + 1 / FPS) / EASE, (part.seconds - into) / EASE)
            yield changed(living, act.change(into), ease), act.people, True
        begun += part.seconds


def marked(pixels: NDArray[np.uint8], white: bool) -> NDArray[np.uint8]:
    """The picture with the marker in its corner."""
    pixels[:MARKER, :MARKER, :3] = 255 if white else 0
    return pixels


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.perception.film", description=__doc__)
    parser.add_argument("act", choices=[act.name for act in ACTS])
    parser.add_argument("--person", default="african woman", choices=list(LOOKS))
    parser.add_argument("--out", type=Path, default=Path("camera.mjpeg"))
    options = parser.parse_args(arguments)
    write(options.out, options.person, whole(options.act))


if __name__ == "__main__":
    main()
