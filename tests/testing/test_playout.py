"""The playout clock without audio, and the scripted voice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.conversation.inputs import SAMPLE_RATE, WordMark
from visavis.testing import ScriptedTTS
from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.playout import Track

VOICE = ScriptedTTS(words_a_second=2.0)


class Heard:
    """A track, and what it told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.told: list[tuple[float, int]] = []
        self.track = Track(1, self.clock, lambda generation, left: self.told.append((self.clock.now, left)))

    def write(self, text: str) -> None:
        words = VOICE.words(text)
        self.track.write(text, words[-1].sample_end, words)

    def run(self, until: float) -> None:
        while self.clock.step(until):
            pass


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_every_word_takes_equally_long() -> None:
    assert VOICE.words("One  two,\nthree.") == (
        WordMark(3, 24_000),
        WordMark(9, 48_000),
        WordMark(16, 72_000),
    )
    assert VOICE.words("  ") == ()


def test_the_first_frame_and_each_word_are_told_when_they_have_left(heard: Heard) -> None:
    heard.write("One two")
    heard.run(10)
    assert heard.told == [(0.02, 960), (0.5, 24_000), (1.0, 48_000)]
    assert heard.track.waiting == 0.0


def test_a_long_word_is_told_of_in_between(heard: Heard) -> None:
    heard.track.write("", 2 * SAMPLE_RATE)
    heard.run(10)
    assert [left for _, left in heard.told] == [960, 24_000, 48_000, 72_000, 96_000]


def test_what_follows_in_time_follows_without_a_gap(heard: Heard) -> None:
    heard.write("One two")
    heard.run(0.7)
    heard.write("three")
    assert heard.track.waiting == pytest.approx(0.8)
    heard.run(10)
    assert heard.told[-1] == (1.5, 72_000)


def test_what_comes_late_begins_when_it_comes(heard: Heard) -> None:
    heard.write("One two")
    heard.run(3.0)
    heard.write("three")
    heard.run(3.25)
    assert heard.track.left == 60_000
    heard.run(10)
    assert heard.told[-1] == (3.5, 72_000)
    assert heard.track.heard == "One two three"


def test_only_whole_words_were_heard(heard: Heard) -> None:
    heard.write("One two three")
    heard.run(0.99)
    assert heard.track.heard == "One"
    heard.run(1.0)
    assert heard.track.heard == "One two"


def test_nothing_leaves_after_a_stop(heard: Heard) -> None:
    heard.write("One two three")
    heard.run(0.75)
    assert heard.track.stop() == 36_000
    heard.run(10)
    assert (heard.track.left, heard.track.waiting, heard.track.heard) == (36_000, 0.0, "One")
    assert heard.told[-1] == (0.5, 24_000)


@given(st.lists(st.tuples(st.integers(0, 60_000), st.floats(0, 3)), max_size=8))
def test_progress_rises_to_the_end_whatever_is_written_when(pieces: list[tuple[int, float]]) -> None:
    heard = Heard()
    for samples, pause in pieces:
        heard.track.write("", samples)
        heard.run(heard.clock.now + pause)
    heard.run(1000)
    total = sum(samples for samples, _ in pieces)
    told = [left for _, left in heard.told]
    assert told == sorted(set(told))
    assert told[-1:] == ([total] if total else [])
    assert all(at * SAMPLE_RATE >= left - 1 for at, left in heard.told), "none before its time"
