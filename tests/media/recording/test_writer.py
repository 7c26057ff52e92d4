"""Recordings as files: whole, cut off by a crash, and from an encoder that cannot follow."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.recording.movies import look
from visavis.media.recording import Codec, Format, Movie, Writer
from visavis.media.recording import writer as writing

SIZE = (160, 120)
FRAME = 960


def grey(value: int) -> np.ndarray:
    planes = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)
    planes[: SIZE[1]] = value
    return planes


def tone(hertz: float, begin: int, count: int = FRAME) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hertz * (begin + np.arange(count)) / 48_000)).astype(np.int16)


@pytest.mark.parametrize("codec", ["vp9", "h264"])
def test_sound_and_picture_come_together(tmp_path: Path, codec: Codec) -> None:
    path = tmp_path / "film.mp4"
    writer = Writer(path, Format(codec, SIZE))
    writer.start()
    for number in range(150):  # three seconds, with a click and a flash after one and after two
        at = number * FRAME
        there = number in (50, 51, 100, 101)
        writer.hear(tone(1000, at) if there else np.zeros(FRAME, np.int16), at)
        if number % 2 == 0:
            writer.show(grey(220 if there else 30), at / 48_000)
            while writer.waiting > 12:
                threading.Event().wait(0.005)
    tally = writer.close()
    assert (tally.failure, tally.pictures_dropped, tally.duration) == ("", 0, 3.0)
    seen = look(path)
    flashes = [at for at, picture in zip(seen.shown, seen.pictures, strict=True) if picture.mean() > 120]
    assert flashes == pytest.approx([1.0, 2.0], abs=0.04)
    loud = np.flatnonzero(np.abs(seen.sound) > 0.1) / 48_000
    for flash in flashes:
        clicks = loud[np.abs(loud - flash) < 0.3]
        assert abs(clicks[0] - flash) < 0.04
    assert len(seen.sound) / 48_000 == pytest.approx(3.0, abs=0.06)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with av.open(str(path)) as file:  # an index: players know how long it is and can search in it
        assert file.duration == pytest.approx(3_000_000, abs=60_000)
    data = path.read_bytes()
    assert data.rfind(b"moov") > data.rfind(b"moof")


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    movie = Movie(path, Format("vp9", None))
    movie.hear(tone(500, 0, 48_000), 0)
    movie.hear(tone(500, 0, 24_000), 72_000)  # half a second is missing before it
    movie.show(grey(9), 0.0)
    movie.close()
    seen = look(path)
    assert not seen.pictures
    assert len(seen.sound) / 48_000 == pytest.approx(2.0, abs=0.03)
    assert seen.pitch(0.2, 0.8) == pytest.approx(500, abs=5)
    assert seen.loudness(1.1, 1.4) < 0.001
    assert seen.pitch(1.6, 1.9) == pytest.approx(500, abs=5)


KILLED = """
import sys, time
from pathlib import Path
from tests.media.recording.test_writer import FRAME, SIZE, grey, tone
from visavis.media.recording import Format, Writer
writer = Writer(Path(sys.argv[1]), Format("vp9", SIZE if sys.argv[2] else None))
writer.start()
for number in range(10_000):
    writer.hear(tone(700, number * FRAME), number * FRAME)
    if number % 2 == 0:
        writer.show(grey(number % 200), number / 50)
        while writer.waiting > 12:
            time.sleep(0.002)
    if number == 300:  # six seconds
        while writer.waiting:
            time.sleep(0.002)
        print("now", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("picture", ["yes", ""])
def test_what_a_killed_process_leaves_plays(tmp_path: Path, picture: str) -> None:
    path = tmp_path / "killed.mp4"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(path), picture],
        stdout=subprocess.PIPE,
        env=os.environ,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None and process.stdout.readline() == b"now\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    seen = look(path)
    assert 5.0 <= len(seen.sound) / 48_000 <= 6.1
    assert seen.pitch(3.0, 4.0) == pytest.approx(700, abs=5)
    if picture:
        assert 5.0 * 25 <= len(seen.pictures) <= 6.1 * 25
        assert seen.shown[-1] == pytest.approx(len(seen.sound) / 48_000, abs=1.0)


class SlowMovie(Movie):
    """Shows no picture until it is let."""

    go = threading.Event()

    def show(self, picture: np.ndarray, at: float) -> None:
        self.go.wait(20)
        super().show(picture, at)


def test_an_encoder_that_cannot_follow_costs_pictures_and_no_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "Movie", SlowMovie)
    SlowMovie.go.clear()
    path = tmp_path / "slow.mp4"
    writer = Writer(path, Format("vp9", SIZE))
    writer.start()
    for number in range(200):
        writer.hear(tone(600, number * FRAME), number * FRAME)
        if number % 2 == 0:
            writer.show(grey(number), number / 50)
    SlowMovie.go.set()
    tally = writer.close()
    assert tally.duration == 4.0 and tally.sound_lost == 0.0
    assert tally.pictures_dropped >= 100 - writing.MOST_PICTURES - 1
    assert tally.pictures + tally.pictures_dropped == 100
    seen = look(path)
    assert len(seen.sound) / 48_000 == pytest.approx(4.0, abs=0.03)
    assert all(seen.loudness(at, at + 0.1) > 0.1 for at in np.arange(0.1, 3.8, 0.1))
    assert len(seen.pictures) == tally.pictures


def test_sound_that_cannot_wait_any_longer_is_silence_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "Movie", SlowMovie)
    monkeypatch.setattr(writing, "MOST_SOUND", 48_000)
    SlowMovie.go.clear()
    path = tmp_path / "hanging.mp4"
    writer = Writer(path, Format("vp9", SIZE))
    writer.start()
    writer.show(grey(1), 0.0)
    while writer.waiting:
        threading.Event().wait(0.005)
    for number in range(100):
        writer.hear(tone(600, number * FRAME), number * FRAME)
    SlowMovie.go.set()
    while writer.waiting:
        threading.Event().wait(0.005)
    for number in range(100, 150):
        writer.hear(tone(600, number * FRAME), number * FRAME)
    tally = writer.close()
    assert tally.sound_lost == pytest.approx(1.0)
    seen = look(path)
    assert seen.loudness(0.1, 0.9) > 0.1 and seen.loudness(2.1, 2.9) > 0.1
    assert seen.loudness(1.1, 1.9) < 0.001


def test_a_disk_that_refuses_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()
    writer = Writer(tmp_path / "film.mp4", Format("vp9", SIZE))
    writer.start()
    writer.hear(tone(600, 0), 0)
    tally = writer.close()
    assert tally.failure == "IsADirectoryError"
    writer.hear(tone(600, 0), 0)
    assert writer.tally.sound_lost > 0


def test_a_disk_that_hangs_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "Movie", SlowMovie)
    SlowMovie.go.clear()
    writer = Writer(tmp_path / "film.mp4", Format("vp9", SIZE))
    writer.start()
    writer.show(grey(1), 0.0)
    assert writer.close(0.2).failure == "TimeoutError"
    SlowMovie.go.set()
    assert writer.close().failure == ""
