"""Virtual time by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from visavis.testing.virtual.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run(clock: Clock, limit: float = 1000.0) -> None:
    while clock.step(limit):
        pass


def test_things_happen_in_the_order_of_their_time_and_the_clock_shows_it(clock: Clock) -> None:
    seen: list[tuple[str, float]] = []
    for name, when in (("late", 3.0), ("early", 1.0), ("between", 2.0)):
        clock.at(when, lambda name=name: seen.append((name, clock.now)))
    run(clock, limit=5.0)
    assert seen == [("early", 1.0), ("between", 2.0), ("late", 3.0)]
    assert clock.now == 5.0


def test_of_things_at_one_time_the_one_arranged_first_is_first(clock: Clock) -> None:
    seen: list[int] = []
    for number in range(20):
        clock.at(1.0, lambda number=number: seen.append(number))
    run(clock)
    assert seen == list(range(20))


def test_what_is_arranged_for_soon_comes_before_time_goes_on(clock: Clock) -> None:
    seen: list[str] = []
    clock.at(1.0, lambda: (seen.append("first"), clock.soon(lambda: seen.append(f"soon at {clock.now}"))))
    clock.at(1.0, lambda: seen.append("second"))
    run(clock)
    assert seen == ["first", "soon at 1.0", "second"]


def test_what_is_arranged_for_the_past_happens_now(clock: Clock) -> None:
    clock.step(4.0)
    seen: list[float] = []
    clock.at(1.0, lambda: seen.append(clock.now))
    run(clock)
    assert seen == [4.0]


def test_what_is_cancelled_does_not_happen_and_is_not_waited_for(clock: Clock) -> None:
    seen: list[str] = []
    cancelled = clock.at(1.0, lambda: seen.append("cancelled"))
    clock.at(2.0, lambda: seen.append("kept"))
    cancelled.cancel()
    cancelled.cancel()
    assert clock.pending == 1
    run(clock)
    assert seen == ["kept"]
    assert clock.pending == 0


def test_something_may_cancel_what_is_due_at_the_same_moment(clock: Clock) -> None:
    seen: list[str] = []
    clock.at(1.0, lambda: second.cancel())
    second = clock.at(1.0, lambda: seen.append("second"))
    run(clock)
    assert seen == []
    assert second.cancelled


def test_nothing_beyond_the_limit_happens(clock: Clock) -> None:
    seen: list[str] = []
    clock.at(2.0, lambda: seen.append("due"))
    assert not clock.step(1.999)
    assert (seen, clock.now) == ([], 1.999)
    assert clock.step(2.0)
    assert seen == ["due"]


def test_never_is_not_waited_for(clock: Clock) -> None:
    clock.at(math.inf, lambda: pytest.fail("never"))
    assert clock.pending == 0
    assert not clock.step(math.inf)
    assert clock.now == 0.0


def test_the_world_is_at_rest_while_only_what_does_not_count_is_to_come(clock: Clock) -> None:
    clock.at(1.0, lambda: None, counts=False)
    assert clock.pending == 0
    clock.at(1.0, lambda: None)
    assert clock.pending == 1


def test_the_world_is_not_at_rest_before_what_is_due_soon_is_done(clock: Clock) -> None:
    clock.soon(lambda: None)
    assert clock.pending == 1
    clock.step(0.0)
    assert clock.pending == 0


def test_a_play_goes_on_at_the_times_it_yields_and_is_over_at_its_end(clock: Clock) -> None:
    seen: list[float] = []

    def steps() -> Iterator[float]:
        for when in (0.5, 2.0):
            yield when
            seen.append(clock.now)

    play = clock.play(steps())
    clock.step(1.0)
    assert (seen, play.over) == ([0.5], False)
    run(clock)
    assert (seen, play.over) == ([0.5, 2.0], True)


def test_a_play_that_is_cancelled_does_no_further_step(clock: Clock) -> None:
    seen: list[float] = []

    def steps() -> Iterator[float]:
        yield 1.0
        seen.append(clock.now)
        play.cancel()
        yield 2.0
        seen.append(clock.now)

    play = clock.play(steps())
    run(clock)
    assert (seen, play.over, clock.pending) == ([1.0], True, 0)
