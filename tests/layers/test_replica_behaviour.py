"""How the replica carries itself, over minutes of simulated time."""

from __future__ import annotations

import itertools
from statistics import mean, pstdev

import pytest

from visavis.layers.replica.base import Activity
from visavis.layers.replica.drawn.behaviour import Behaviour
from visavis.layers.replica.drawn.pose import MouthShape, Pose

FRAME = 0.04
REST = MouthShape()
ACTIVITIES: tuple[Activity, ...] = ("idle", "listening", "thinking", "speaking")


def watch(activity: Activity, seconds: float, seed: int = 1, loudness: float = 0.0) -> list[Pose]:
    """The poses after the activity has settled."""
    behaviour = Behaviour(seed)
    frames = int(seconds / FRAME)
    poses = [behaviour.step(FRAME, activity, _syllables(at) * loudness, REST) for at in range(frames + 25)]
    return poses[25:]


def _syllables(frame: int) -> float:
    """Four stressed beats in three seconds, as speech has them."""
    return 1.0 if frame % 19 < 4 else 0.35


def blinks(poses: list[Pose]) -> int:
    shut = [pose.blink > 0.9 for pose in poses]
    return sum(now and not before for before, now in itertools.pairwise(shut))


@pytest.mark.parametrize("activity", ACTIVITIES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_blinks_ten_to_thirty_times_a_minute(activity: Activity, seed: int) -> None:
    assert 10 <= blinks(watch(activity, 60, seed)) <= 30


def test_lids_are_open_most_of_the_time() -> None:
    assert mean(pose.blink for pose in watch("idle", 60)) < 0.12


def test_it_breathes_about_fifteen_times_a_minute() -> None:
    breath = [pose.breath for pose in watch("idle", 60)]
    full = [breath[at] >= 0.5 and breath[at - 1] < 0.5 for at in range(1, len(breath))]
    assert 12 <= sum(full) <= 18
    assert min(breath) < 0.05
    assert max(breath) > 0.95


def test_thinking_looks_up_and_aside_and_draws_the_brows_together() -> None:
    poses = watch("thinking", 30)
    assert mean(pose.gaze[1] for pose in poses) < -0.25
    assert mean(abs(pose.gaze[0]) for pose in poses) > 0.25
    assert mean(pose.furrow for pose in poses) > 0.2


def test_listening_tilts_the_head_and_looks_at_the_camera() -> None:
    poses = watch("listening", 30)
    assert mean(pose.roll for pose in poses) > 1.5
    # What the eyes look at is their turn in the head and the head's own.
    looks = [abs(pose.gaze[0] + 0.045 * pose.yaw) for pose in poses]
    assert sum(look < 0.25 for look in looks) > 0.85 * len(looks)


def test_listening_nods() -> None:
    pitches = [pose.pitch for pose in watch("listening", 30)]
    speeds = [(after - before) / FRAME for before, after in itertools.pairwise(pitches)]
    nods = sum(before < 20 <= after for before, after in itertools.pairwise(speeds))
    assert 3 <= nods <= 20


def test_speaking_moves_the_head_more_than_idling() -> None:
    def liveliness(poses: list[Pose]) -> float:
        steps = itertools.pairwise(poses)
        return mean(abs(b.yaw - a.yaw) + abs(b.pitch - a.pitch) for a, b in steps)

    assert liveliness(watch("speaking", 30, loudness=0.8)) > 1.5 * liveliness(watch("idle", 30))


def test_stress_in_the_voice_raises_the_brows() -> None:
    stressed = max(pose.brows[0] for pose in watch("speaking", 20, loudness=0.9))
    flat = max(pose.brows[0] for pose in watch("speaking", 20, loudness=0.0))
    assert stressed > flat + 0.1


def test_an_activity_changes_the_carriage_within_a_third_of_a_second_without_a_jump() -> None:
    behaviour = Behaviour(4)
    for _ in range(50):
        before = behaviour.step(FRAME, "idle", 0, REST)
    smiles = [behaviour.step(FRAME, "thinking", 0, REST).smile for _ in range(8)]
    assert smiles[0] > 0.25 * before.smile
    assert max(a - b for a, b in zip([before.smile, *smiles], smiles, strict=False)) < 0.15
    assert smiles[-1] < 0.15


def test_eyes_never_stand_still_for_long() -> None:
    poses = watch("idle", 20)
    for start in range(0, len(poses) - 100, 100):
        assert pstdev(pose.gaze[0] for pose in poses[start : start + 100]) > 0.005


def test_the_head_stays_within_what_the_drawing_bears() -> None:
    for activity in ACTIVITIES:
        for pose in watch(activity, 60, seed=9, loudness=1.0):
            assert abs(pose.yaw) < 12
            assert abs(pose.pitch) < 10
            assert abs(pose.roll) < 8
            assert abs(pose.sway) < 30
            assert -1 <= pose.gaze[0] <= 1
            assert -1 <= pose.gaze[1] <= 1


def test_a_stall_does_not_make_it_jump() -> None:
    behaviour = Behaviour(3)
    for _ in range(100):
        before = behaviour.step(FRAME, "speaking", 0.5, REST)
    after = behaviour.step(30.0, "speaking", 0.5, REST)
    assert abs(after.yaw - before.yaw) < 4
    assert abs(after.pitch - before.pitch) < 4


def test_the_same_seed_moves_the_same_and_another_does_not() -> None:
    assert watch("idle", 5, seed=7) == watch("idle", 5, seed=7)
    assert watch("idle", 5, seed=7) != watch("idle", 5, seed=8)


def looks(
    where: tuple[float, float] | None, seconds: float = 20.0, seed: int = 1
) -> list[tuple[float, float]]:
    """What the eyes of a listener look at, right and down: their turn in the head and the head's own."""
    behaviour = Behaviour(seed)
    behaviour.looking_at = where
    poses = [behaviour.step(FRAME, "listening", 0.0, REST) for _ in range(int(seconds / FRAME))][50:]
    return [(pose.gaze[0] + 0.045 * pose.yaw, pose.gaze[1] + 0.05 * pose.pitch) for pose in poses]


def test_it_looks_at_the_user_where_the_camera_sees_them() -> None:
    """Whoever sits in the left half of the camera's picture is to the right before the screen."""
    straight = looks(None)
    at_left, at_right, high = looks((-0.6, 0.0)), looks((0.6, 0.0)), looks((0.0, 0.6))
    assert mean(x for x, _ in at_left) - mean(x for x, _ in straight) == pytest.approx(0.24, abs=0.04)
    assert mean(x for x, _ in at_right) - mean(x for x, _ in straight) == pytest.approx(-0.24, abs=0.04)
    assert mean(y for _, y in high) - mean(y for _, y in straight) == pytest.approx(-0.15, abs=0.04)


def test_it_follows_somebody_who_moves_without_a_leap() -> None:
    still, moved = Behaviour(1), Behaviour(1)
    apart = []
    for frame in range(100):
        moved.looking_at = (-0.8, 0.0) if frame >= 25 else None
        poses = [one.step(FRAME, "listening", 0.0, REST) for one in (still, moved)]
        a, b = (pose.gaze[0] + 0.045 * pose.yaw for pose in poses)
        apart.append(b - a)
    assert apart[24] == 0
    assert 0 < apart[30] < 0.2
    assert apart[99] == pytest.approx(0.32, abs=0.03)
    assert max(after - before for before, after in itertools.pairwise(apart)) < 0.05
