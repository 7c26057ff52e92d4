"""The playout clock: what was pulled is what was heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.media.playout import FADE, RATE, Playout
from visavis.media.sounds import Phoneme


class Wall:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def progress() -> list[tuple[int, int]]:
    return []


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def playout(progress: list[tuple[int, int]], wall: Wall) -> Playout:
    return Playout(lambda generation, samples: progress.append((generation, samples)), clock=wall)


def tone(samples: int, level: int = 8000) -> np.ndarray:
    return np.full(samples, level, np.int16)


def test_silence_is_pulled_when_there_is_nothing_to_say(
    playout: Playout, progress: list[tuple[int, int]]
) -> None:
    assert not playout.pull(960).any()
    assert progress == []


def test_samples_leave_in_the_order_they_were_written(
    playout: Playout, progress: list[tuple[int, int]]
) -> None:
    playout.write(1, np.arange(1, 1501, dtype=np.int16))
    playout.write(1, np.arange(1501, 2001, dtype=np.int16))
    heard = np.concatenate([playout.pull(960) for _ in range(3)])
    assert (heard[:2000] == np.arange(1, 2001)).all()
    assert not heard[2000:].any()
    assert progress == [(1, 960), (1, 1920), (1, 2000)]


def test_a_pull_may_hold_the_end_of_one_generation_and_the_beginning_of_the_next(
    playout: Playout, progress: list[tuple[int, int]]
) -> None:
    playout.write(1, tone(500))
    playout.write(2, tone(1000))
    playout.pull(960)
    assert progress == [(1, 500), (2, 460)]


def test_stop_says_how_much_was_heard_and_lets_nothing_more_leave(playout: Playout) -> None:
    playout.write(1, tone(48_000))
    playout.pull(960)
    assert playout.stop(1) == 960
    after = playout.pull(960)
    assert not after[FADE:].any(), "only the ramp that avoids a click may follow"
    assert (np.diff(after[:FADE].astype(int)) <= 0).all(), "the ramp falls"
    assert not playout.pull(960).any()


def test_stopping_one_generation_keeps_another_and_its_mouth(
    playout: Playout, progress: list[tuple[int, int]]
) -> None:
    playout.write(1, tone(48_000))
    playout.write(2, tone(960), [Phoneme("a", 0.0, 0.02)])
    playout.pull(960)
    playout.stop(1)
    assert [sound.symbol for sound in playout.mouth().phonemes] == ["a"]
    playout.pull(960)
    assert progress[-1] == (2, 960)


def test_stopping_what_was_never_said_is_nothing(playout: Playout) -> None:
    assert playout.stop(7) == 0


def test_the_mouth_is_told_the_sounds_around_what_is_being_heard(playout: Playout, wall: Wall) -> None:
    playout.write(1, tone(RATE), [Phoneme("h", 0.0, 0.1), Phoneme("a", 0.1, 0.3), Phoneme("p", 0.9, 1.0)])
    playout.pull(960)
    wall.now = 0.010
    sounds = playout.mouth().phonemes
    assert [sound.symbol for sound in sounds] == ["h", "a"], "what is far ahead is not told"
    assert sounds[0].start == pytest.approx(-0.010)
    assert playout.mouth(lead=0.005).phonemes[0].start == pytest.approx(-0.015)
    for _ in range(40):
        playout.pull(960)
    wall.now = 0.0
    assert [sound.symbol for sound in playout.mouth().phonemes] == ["p"], "what is long past is forgotten"


def test_a_silent_gap_moves_what_is_written_later_to_its_own_time(playout: Playout) -> None:
    for _ in range(10):
        playout.pull(960)
    playout.write(1, tone(960), [Phoneme("a", 0.0, 0.02)])
    playout.pull(960)
    assert playout.mouth().phonemes[0].start == pytest.approx(0.0, abs=1e-9)


def test_loudness_follows_the_sound(playout: Playout) -> None:
    playout.pull(960)
    assert playout.mouth().loudness == 0.0
    playout.write(1, tone(960, 10_000))
    playout.pull(960)
    assert playout.mouth().loudness > 0.8


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(1, 4), st.integers(0, 3000)),
            st.tuples(st.just("stop"), st.integers(1, 4), st.just(0)),
            st.tuples(st.just("pull"), st.just(0), st.sampled_from([480, 960])),
        ),
        max_size=60,
    )
)
def test_every_written_sample_is_either_heard_once_or_dropped(steps: list[tuple[str, int, int]]) -> None:
    heard: dict[int, int] = {}
    playout = Playout(lambda generation, samples: heard.__setitem__(generation, samples), clock=lambda: 0.0)
    written = dict.fromkeys(range(1, 5), 0)
    for step, generation, amount in steps:
        if step == "write":
            playout.write(generation, tone(amount))
            written[generation] += amount
        elif step == "stop":
            assert playout.stop(generation) == heard.pop(generation, 0)
            written[generation] = 0
        else:
            playout.pull(amount)
    for generation, samples in heard.items():
        assert samples <= written[generation]
    for _ in range(300):
        playout.pull(960)
    for generation, samples in written.items():
        assert heard.get(generation, 0) == samples


def test_sounds_that_are_over_are_forgotten_though_nobody_looks_at_the_mouth(playout: Playout) -> None:
    for _ in range(20):
        playout.write(1, tone(RATE // 10), [Phoneme("a", 0.0, 0.1)])
    for _ in range(150):
        playout.pull(960)
    assert not playout._sounds


def test_what_waits_is_told_in_seconds(playout: Playout) -> None:
    assert playout.waiting == 0
    playout.write(1, tone(RATE))
    playout.write(2, tone(RATE))
    playout.pull(RATE // 2)
    assert playout.waiting == 1.5
    playout.stop(1)
    assert playout.waiting == 1.0
    for _ in range(3):
        playout.pull(RATE)
    assert playout.waiting == 0
