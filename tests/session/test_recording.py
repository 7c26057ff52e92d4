"""Recordings of conversations: who is in them, and when."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from tests.media.recording.movies import look
from visavis.media.recording import Format
from visavis.session.recording import Recording

SIZE = (160, 120)
FRAME = 960


def tone(hertz: float, begin: int, amplitude: int = 6000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hertz * (begin + np.arange(FRAME)) / 48_000)).astype(np.int16)


def picture(value: int) -> np.ndarray:
    planes = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
    planes[: SIZE[1]] = value
    return planes


class Replica:
    """An audio source that beeps when told."""

    def __init__(self) -> None:
        self.hertz = 0.0
        self.left = 0

    def pull(self, samples: int) -> np.ndarray:
        self.left += samples
        return tone(self.hertz, self.left - samples) if self.hertz else np.zeros(samples, np.int16)


class Sink:
    """Nobody watches."""

    wanted = False

    def __init__(self) -> None:
        self.written = 0

    def write(self, frame: np.ndarray) -> None:
        self.written += 1


class Scene:
    """A recording whose clock is the test's."""

    def __init__(self, folder: Path, size: tuple[int, int] | None = SIZE) -> None:
        self.now = 100.0
        self.replica, self.sink = Replica(), Sink()
        self.recording = Recording(folder, Format("vp9", size), clock=lambda: self.now)
        self.source = self.recording.audio(self.replica)
        self.video = self.recording.video(self.sink)

    def play(self, seconds: float, people: dict[str, float] | None = None) -> None:
        for _ in range(round(seconds * 50)):
            self.source.pull(FRAME)
            for name, hertz in (people or {}).items():
                self.recording.overhear(name, tone(hertz, round(self.now * 48_000)))
            self.now += 0.02

    async def written(self) -> None:
        """Time goes faster here than the encoder does."""
        writer = self.recording._writer
        while writer is not None and writer.waiting:  # noqa: ASYNC110 - its thread sets no event
            await asyncio.sleep(0.001)


async def film(scene: Scene, folder: Path) -> Path:
    await scene.recording.aclose()
    (name,) = (name for name in os.listdir(folder) if name.endswith(".mp4"))
    return folder / name


async def test_everybody_is_heard_when_they_spoke(tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / "c1"
    scene = Scene(folder)
    scene.play(1.0, {"too early": 3000})
    assert not folder.exists()
    scene.recording.begin()
    scene.play(0.5)
    scene.replica.hertz = 500
    scene.play(1.0)
    scene.replica.hertz = 0
    scene.play(0.5)
    scene.play(1.0, {"one": 1000, "two": 1700})
    scene.recording.begin()  # another one comes
    scene.play(0.5)
    path = await film(scene, folder)
    seen = look(path)
    assert len(seen.sound) / 48_000 == pytest.approx(3.5, abs=0.03)
    assert seen.loudness(0.05, 0.45) < 0.003 and seen.loudness(1.55, 1.95) < 0.003
    assert seen.pitch(0.6, 1.4) == pytest.approx(500, abs=5)
    assert seen.pitch(2.1, 2.9, 800, 1300) == pytest.approx(1000, abs=5)
    assert seen.pitch(2.1, 2.9, 1400, 3500) == pytest.approx(1700, abs=5)
    assert seen.loudness(3.1, 3.45) < 0.003
    begins = np.flatnonzero(np.abs(seen.sound) > 0.05)[0] / 48_000
    assert begins == pytest.approx(0.5, abs=0.03)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.with_suffix(".json").read_text())
    assert told["duration"] == pytest.approx(3.5) and told["failure"] == ""


@pytest.mark.parametrize("stall", [2.0, 150.0])
async def test_a_stall_of_the_room_is_silence_of_its_length(tmp_path: Path, stall: float) -> None:
    scene = Scene(tmp_path)
    scene.recording.begin()
    scene.play(1.0)
    scene.now += stall  # the room pulled nothing, and leaves out what it cannot make up for
    scene.replica.hertz = 500
    scene.play(1.0)
    scene.replica.hertz = 0
    scene.play(0.5, {"one": 1000})
    path = await film(scene, tmp_path)
    assert json.loads(path.with_suffix(".json").read_text())["sound_lost"] == 0, "it was not mixed at once"
    seen = look(path)
    assert len(seen.sound) / 48_000 == pytest.approx(stall + 2.5, abs=0.1)
    assert seen.loudness(1.1, stall + 0.8) < 0.003
    begins = np.flatnonzero(np.abs(seen.sound) > 0.05)[0] / 48_000
    assert begins == pytest.approx(stall + 1.0, abs=0.08)
    assert seen.pitch(stall + 2.05, stall + 2.4) == pytest.approx(1000, abs=5)


async def test_a_picture_is_shown_with_the_sound_of_its_moment(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert not scene.video.wanted
    scene.recording.begin()
    assert scene.video.wanted, "a recording watches"
    for number in range(75):
        scene.replica.hertz = 900 if number in (25, 50) else 0
        scene.play(0.04)
        scene.video.write(picture(220 if scene.replica.hertz else 30))
        await scene.written()
    seen = look(await film(scene, tmp_path))
    assert scene.sink.written == 75, "whoever else watches sees all of it"
    assert not scene.video.wanted
    flashes = [at for at, shown in zip(seen.shown, seen.pictures, strict=True) if shown.mean() > 120]
    loud = np.flatnonzero(np.abs(seen.sound) > 0.1) / 48_000
    clicks = [loud[loud > 0.5][0], loud[loud > 1.5][0]]
    # A picture is written when its sound has begun 0 to 40 ms ago.
    assert flashes == pytest.approx(clicks, abs=0.08)


async def test_no_more_pictures_than_are_asked_for(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.recording = Recording(tmp_path, Format("vp9", SIZE, 5), clock=lambda: scene.now)
    scene.source = scene.recording.audio(scene.replica)
    scene.recording.begin()
    for number in range(50):
        scene.play(0.04)
        scene.recording.show(picture(number))
        await scene.written()
    seen = look(await film(scene, tmp_path))
    assert 9 <= len(seen.pictures) <= 11


async def test_a_call_without_pictures_is_sound(tmp_path: Path) -> None:
    scene = Scene(tmp_path, size=None)
    scene.recording.begin()
    scene.replica.hertz = 500
    scene.play(1.0)
    seen = look(await film(scene, tmp_path))
    assert not seen.pictures and seen.pitch(0.2, 0.8) == pytest.approx(500, abs=5)


async def test_a_folder_that_cannot_be_made_costs_the_recording_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    scene = Scene(tmp_path / "file" / "c1")
    scene.recording.begin()
    scene.play(0.1)
    await scene.recording.aclose()
    assert (tmp_path / "file").read_bytes() == b""


async def test_nobody_came(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.play(0.1)
    await scene.recording.aclose()
    assert not os.listdir(tmp_path)
