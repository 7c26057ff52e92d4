"""The drawn replica's frames."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.errors import ConfigurationError
from visavis.layers.registry import engine
from visavis.layers.replica.base import Activity, ReplicaRenderer
from visavis.layers.replica.drawn import DrawnReplica, portrait, portrait_png
from visavis.layers.replica.drawn.painter import Painter
from visavis.layers.replica.drawn.pose import MouthShape, Pose
from visavis.media.sounds import Mouth, Phoneme

FRAME = 0.04
SILENCE = Mouth()
SIZE = (320, 240)


def held(symbol: str) -> Mouth:
    return Mouth((Phoneme(symbol, -0.15, 0.15),), 0.5)


def dark_in_mouth(rgba: NDArray[np.uint8]) -> int:
    """Pixels of the mouth's inside in a frame of 640 by 480: dark red, around the lips."""
    region = rgba[262:312, 286:354].astype(int)
    return int(((region[..., 0] < 115) & (region[..., 1] < 55) & (region[..., 2] < 65)).sum())


def luma(frame: NDArray[np.uint8]) -> NDArray[np.int16]:
    return frame[: frame.shape[0] * 2 // 3].astype(np.int16)


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(640, 480)


def test_it_is_the_engine_named_drawn() -> None:
    renderer: ReplicaRenderer = engine("replica", "drawn")(width=SIZE[0], height=SIZE[1], seed=3)
    assert renderer.render(FRAME, "idle", SILENCE).shape == (360, 320)


@pytest.mark.parametrize(("width", "height"), [(640, 480), (320, 240), (640, 360), (480, 640), (128, 128)])
def test_frames_are_i420_of_the_size_asked_for(width: int, height: int) -> None:
    frame = DrawnReplica(width, height).render(FRAME, "idle", SILENCE)
    assert frame.shape == (height * 3 // 2, width)
    assert frame.dtype == np.uint8
    assert frame.min() >= 16
    assert frame.max() <= 240
    assert luma(frame).std() > 25


def test_skin_is_warm_in_the_chroma_planes() -> None:
    frame = DrawnReplica(640, 480).render(FRAME, "idle", SILENCE)
    u = frame[480:600].reshape(240, 320)
    v = frame[600:720].reshape(240, 320)
    cheek = (slice(112, 122), slice(130, 138))
    assert v[cheek].mean() > 135
    assert u[cheek].mean() < 122


def test_each_frame_is_an_array_of_its_own() -> None:
    replica = DrawnReplica(*SIZE)
    first = replica.render(FRAME, "idle", SILENCE)
    kept = first.copy()
    replica.render(FRAME, "speaking", held("ɑ"))
    assert np.array_equal(first, kept)


@pytest.mark.parametrize(("width", "height"), [(639, 480), (640, 481), (0, 480), (-2, 2)])
def test_sizes_that_i420_cannot_hold_are_refused(width: int, height: int) -> None:
    with pytest.raises(ConfigurationError, match="even"):
        DrawnReplica(width, height)


def test_the_inside_of_the_mouth_shows_in_open_vowels_only(painter: Painter) -> None:
    def inside(mouth: MouthShape) -> int:
        return dark_in_mouth(painter.paint(Pose(mouth=mouth)))

    shut = inside(MouthShape(press=1))
    assert shut < 25
    assert inside(MouthShape()) < 60
    assert inside(MouthShape(jaw=0.95)) > shut + 200


@pytest.mark.parametrize("sound", ["p", "b", "m"])
def test_lips_meet_in_the_picture_at_a_closure(sound: str, painter: Painter) -> None:
    replica = DrawnReplica(*SIZE)
    around = (Phoneme("ɑ", -0.12, -0.04), Phoneme(sound, -0.04, 0.04), Phoneme("ɑ", 0.04, 0.12))
    closed = replica.pose(FRAME, "speaking", Mouth(around, 0.5)).mouth
    opened = replica.pose(FRAME, "speaking", held("ɑ")).mouth
    assert closed.jaw == 0
    assert dark_in_mouth(painter.paint(Pose(mouth=closed))) < 25
    assert dark_in_mouth(painter.paint(Pose(mouth=opened))) > 200


def test_the_picture_shows_a_shut_mouth_two_frames_after_speech_is_cut(painter: Painter) -> None:
    replica = DrawnReplica(*SIZE)
    for _ in range(5):
        replica.pose(FRAME, "speaking", held("ɑ"))
    replica.pose(FRAME, "listening", SILENCE)
    shut = replica.pose(FRAME, "listening", SILENCE).mouth
    assert dark_in_mouth(painter.paint(Pose(mouth=shut))) < 60


def test_loudness_without_phonemes_moves_the_mouth(painter: Painter) -> None:
    replica = DrawnReplica(*SIZE)
    for _ in range(4):
        loud = replica.pose(FRAME, "speaking", Mouth((), 0.9)).mouth
    assert dark_in_mouth(painter.paint(Pose(mouth=loud))) > 150


def test_a_blink_hides_the_iris(painter: Painter) -> None:
    def dark_in_eyes(pose: Pose) -> int:
        return int((painter.paint(pose)[192:212, 265:375, :3].astype(int).sum(axis=2) < 220).sum())

    assert dark_in_eyes(Pose(blink=1)) < 0.6 * dark_in_eyes(Pose())


def test_activities_can_be_told_apart() -> None:
    stills = {}
    for activity in ("idle", "listening", "thinking", "speaking"):
        replica = DrawnReplica(*SIZE, seed=5)
        mouth = held("ɑ") if activity == "speaking" else SILENCE
        frames = [luma(replica.render(FRAME, activity, mouth)) for _ in range(40)]
        stills[activity] = np.mean(frames[20:], axis=0)
    names = list(stills)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            assert np.abs(stills[one] - stills[other]).max() > 20


def test_the_picture_moves_even_when_idle_but_the_room_does_not() -> None:
    replica = DrawnReplica(640, 480)
    first = luma(replica.render(FRAME, "idle", SILENCE))
    for _ in range(30):
        last = luma(replica.render(FRAME, "idle", SILENCE))
    moved = np.abs(last - first)
    assert moved[60:400, 220:420].max() > 15
    assert moved[:340, :150].max() == 0


def test_the_same_seed_draws_the_same_frames() -> None:
    def frames(seed: int) -> list[NDArray[np.uint8]]:
        replica = DrawnReplica(*SIZE, seed=seed)
        return [replica.render(FRAME, "speaking", held("i")) for _ in range(12)]

    assert np.array_equal(frames(1), frames(1))
    assert not np.array_equal(frames(1), frames(2))


def test_replicas_in_different_threads_do_not_disturb_one_another() -> None:
    def film(seed: int) -> NDArray[np.uint8]:
        replica = DrawnReplica(*SIZE, seed=seed)
        activity: Activity = "speaking" if seed % 2 else "thinking"
        return np.stack([replica.render(FRAME, activity, held("o")) for _ in range(15)])

    alone = [film(seed) for seed in range(3)]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(film, range(3)))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


@pytest.mark.parametrize("elapsed", [0.0, -1.0, 5.0, float("inf"), float("nan")])
def test_odd_times_still_give_a_frame(elapsed: float) -> None:
    replica = DrawnReplica(*SIZE)
    replica.render(FRAME, "idle", SILENCE)
    assert replica.render(elapsed, "speaking", held("m")).shape == (360, 320)


def test_a_portrait_is_rgb_and_its_png_opens() -> None:
    still = portrait(320, 240)
    assert still.shape == (240, 320, 3)
    cheek = still[122:126, 128:134].reshape(-1, 3).mean(axis=0)
    assert cheek[0] > cheek[1] > cheek[2]
    assert portrait_png(320, 240).startswith(b"\x89PNG\r\n")


def test_a_missing_system_library_is_named_with_the_line_that_installs_it() -> None:
    code = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "skia":
            raise ImportError("libEGL.so.1: cannot open shared object file")
sys.meta_path.insert(0, Finder())
from visavis.errors import ConfigurationError
from visavis.layers.registry import engine
try:
    engine("replica", "drawn")
except ConfigurationError as error:
    print(error)
"""
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "apt-get install -y libegl1 libgl1" in done.stdout


def test_a_greenscreen_is_one_green_around_the_same_figure() -> None:
    """RGB 0, 255, 155 (PROTOCOL 2.1), to be keyed out of the video as it is decoded."""
    before, room = DrawnReplica(640, 480, seed=2), DrawnReplica(640, 480, seed=2)
    before.greenscreen = True
    green, plain = (decoded(one.render(FRAME, "idle", SILENCE)) for one in (before, room))
    key = np.abs(green - np.array([0, 255, 155])).max(axis=2) <= 6
    assert key[:60, :200].all() and key[:60, 440:].all() and key[100:300, :80].all()
    assert 0.25 < key.mean() < 0.75
    face = (slice(150, 300), slice(270, 370))
    assert not key[face].any()
    assert np.abs(green[face] - plain[face]).max() <= 4, "who stands before it is unchanged"
    nearly = np.abs(green - np.array([0, 255, 155])).max(axis=2) <= 40
    assert (nearly & ~key).mean() < 0.01, "no shade of the room is left on it"


def decoded(frame: NDArray[np.uint8]) -> NDArray[np.int16]:
    """As a browser shows it: RGB."""
    return av.VideoFrame.from_ndarray(frame, "yuv420p").to_ndarray(format="rgb24").astype(np.int16)
