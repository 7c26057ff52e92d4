"""Each emotion looks different, comes within half a second, and leaves the mouth free to speak."""

from itertools import combinations, pairwise
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.layers.replica.drawn.replica import DrawnReplica
from visavis.media.sounds import Mouth
from visavis.protocol.emotions import Emotion

EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)


def luma(replica: DrawnReplica, frames: int) -> NDArray[np.int16]:
    for _ in range(frames):
        frame = replica.render(0.04, "idle", Mouth())
    return frame[: replica.height].astype(np.int16)


def looking(emotion: Emotion, frames: int = 15) -> NDArray[np.int16]:
    replica = DrawnReplica(320, 240, seed=3)
    replica.emotion = emotion
    return luma(replica, frames)


@pytest.fixture(scope="module")
def faces() -> dict[Emotion, NDArray[np.int16]]:
    return {emotion: looking(emotion) for emotion in EMOTIONS}


def test_every_emotion_looks_different_from_every_other(faces: dict[Emotion, NDArray[np.int16]]) -> None:
    face = (slice(60, 160), slice(110, 210))
    for one, other in combinations(EMOTIONS, 2):
        changed = np.abs(faces[one][face] - faces[other][face]) > 12
        assert changed.mean() > 0.01, f"{one} looks like {other}"


def test_the_room_behind_does_not_care(faces: dict[Emotion, NDArray[np.int16]]) -> None:
    for emotion in EMOTIONS:
        assert np.abs(faces[emotion][:, :60] - faces["neutral"][:, :60]).max() <= 2


def test_an_emotion_comes_without_a_jump_and_within_half_a_second() -> None:
    replica = DrawnReplica(320, 240, seed=3)
    poses = [replica.pose(0.04, "idle", Mouth())]
    replica.emotion = "surprised"
    poses += [replica.pose(0.04, "idle", Mouth()) for _ in range(13)]
    steps = [after.lids - before.lids for before, after in pairwise(poses)]
    assert max(steps) < 0.4
    assert poses[-1].lids > 0.95


def test_a_sad_replica_speaks_with_the_same_lips() -> None:
    speaking = Mouth()
    happy, sad = DrawnReplica(320, 240, seed=3), DrawnReplica(320, 240, seed=3)
    sad.emotion = "sad"
    for _ in range(10):
        one, other = happy.pose(0.04, "speaking", speaking), sad.pose(0.04, "speaking", speaking)
    assert one.mouth == other.mouth
