"""Live sources on one timeline."""

from __future__ import annotations

import numpy as np

from visavis.media.recording.mixer import DRIFT, Mixer


def level(value: int, count: int = 960) -> np.ndarray:
    return np.full(count, value, np.int16)


def test_sources_are_added_and_nothing_is_silence() -> None:
    mixer = Mixer()
    mixer.add("one", level(100), 0)
    mixer.add("two", level(7), 480)
    mixed = mixer.take(2400)
    assert mixed.tolist() == [100] * 480 + [107] * 480 + [7] * 480 + [0] * 960
    assert not mixer.take(4800).any()


def test_a_sum_beyond_the_range_is_clipped() -> None:
    mixer = Mixer()
    for source in "abc":
        mixer.add(source, level(-30_000), 0)
    assert mixer.take(960).tolist() == [-32768] * 960


def test_jitter_leaves_no_seam() -> None:
    mixer = Mixer()
    for number, came in enumerate((0, 1200, 1900, 2500, 4100)):
        mixer.add("one", level(number + 1), came)
    assert mixer.take(4800).tolist() == np.repeat([1, 2, 3, 4, 5], 960).tolist()


def test_after_a_pause_a_source_goes_where_the_timeline_is() -> None:
    mixer = Mixer()
    mixer.add("one", level(1), 0)
    mixer.add("one", level(2), 48_000)
    mixed = mixer.take(50_000)
    assert mixed[47_999] == 0 and mixed[48_000] == 2


def test_what_comes_far_too_early_is_dropped() -> None:
    mixer = Mixer()
    for _ in range(DRIFT // 960 + 20):
        mixer.add("one", level(1), 0)
    assert np.count_nonzero(mixer.take(48_000)) <= DRIFT + 2 * 960


def test_what_was_taken_does_not_change() -> None:
    mixer = Mixer()
    mixer.take(1000)
    mixer.put(level(5), 500)
    assert mixer.take(2000).tolist() == [5] * 460 + [0] * 540
    assert mixer.taken == 2000


def test_more_than_a_second_may_wait() -> None:
    mixer = Mixer()
    mixer.put(level(3, 480_000), 100)
    assert np.count_nonzero(mixer.take(480_100)) == 480_000
