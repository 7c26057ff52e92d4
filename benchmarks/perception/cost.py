"""What watching costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, milliseconds
from benchmarks.perception.acts import FPS, alive
from benchmarks.perception.clips import RESTING, empty, picture
from benchmarks.perception.looks import LOOKS
from benchmarks.perception.people import Person
from visavis.layers.perception.base import SAMPLE_RATE, PerceptionEngine, Picture

Pixels = NDArray[np.uint8]


def cost(engine: PerceptionEngine, runs: int) -> list[Figure]:
    """Milliseconds a picture, and of a core at four pictures a second."""
    one, other = Person(LOOKS["asian woman"]), Person(LOOKS["old african man"])
    rest = RESTING[0]
    scenes = [alive(rest, index / FPS) for index in range(24)]
    someone = [picture(one, other, scene, 1) for scene in scenes]
    figures = []
    for what, pictures in (
        ("one face", someone),
        ("two faces", [picture(one, other, scene, 2) for scene in scenes[:8]]),
        ("nobody", [_shaded(empty(rest), index) for index in range(8)]),
        ("nothing moves", someone[:1]),
    ):
        wall, core = _times(engine, pictures, runs)
        method = f"640x480, one thread, {what}"
        figures.append(milliseconds(f"a picture: {what}", wall, method))
        aim = "at most 6" if what == "one face" else ""
        shares = [seconds * FPS * 100 for seconds in core]
        figures.append(
            Figure(
                f"CPU of a participant: {what}",
                "% of a core",
                shares,
                f"{method}, {FPS:.0f} a second",
                aim=aim,
            )
        )
    figures.append(
        milliseconds("voice, a second of speech", _listening(engine, runs), "noise and tones, 10 s")
    )
    return figures


def _times(
    engine: PerceptionEngine, pictures: Sequence[Pixels], runs: int
) -> tuple[list[float], list[float]]:
    eyes = engine.eyes()
    wall, core = [], []
    for run in range(runs + 8):
        frame = Picture(run / FPS, pictures[run % len(pictures)])
        began, used = time.perf_counter(), time.thread_time()
        eyes.look(frame)
        wall.append(time.perf_counter() - began)
        core.append(time.thread_time() - used)
    return wall[8:], core[8:]


def _shaded(rgba: Pixels, index: int) -> Pixels:
    """A room in which the light changes, so that it is looked at anew."""
    return np.clip(rgba.astype(np.int16) + 12 * (index % 2), 0, 255).astype(np.uint8)


def _listening(engine: PerceptionEngine, runs: int) -> list[float]:
    time_ = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    voiced = sum(np.sin(2 * np.pi * 140 * k * time_) / k for k in range(1, 9)) * 0.1
    audio = (voiced * (np.sin(2 * np.pi * 2 * time_) > -0.3)).astype(np.float32)
    return [_timed(lambda: engine.listen(audio, 0.0)) / 10 for _ in range(max(3, runs // 20))]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
