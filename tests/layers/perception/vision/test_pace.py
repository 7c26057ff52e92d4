from __future__ import annotations

import pytest

from visavis.layers.perception.vision.pace import LONGEST_DELAY, Pace


def test_questions_are_an_interval_apart_and_one_request_is_kept_for_the_end():
    pace = Pace(interval=2.0, most=3)
    for at in (0.0, 2.0):
        assert pace.due == at
        pace.looked(at)
        pace.began()
        pace.answered()
    assert pace.due is None and pace.may_conclude
    pace.began()
    assert not pace.may_conclude and pace.asked == 3


def test_a_look_that_came_to_no_question_costs_nothing():
    pace = Pace(interval=2.0, most=2)
    for at in range(0, 100, 2):
        pace.looked(float(at))
    assert (pace.due, pace.asked) == (100.0, 0)


def test_failures_wait_twice_as_long_each_time_up_to_a_minute_and_one_answer_ends_that():
    pace = Pace(interval=2.0, most=600)
    now, waits = 0.0, []
    for _ in range(8):
        pace.looked(now)
        pace.began()
        pace.failed(now)
        waits.append((pace.due or 0.0) - now)
        now = pace.due or 0.0
    assert waits == [4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, LONGEST_DELAY]
    assert pace.failing and pace.failures == 8
    pace.looked(now)
    pace.answered()
    assert not pace.failing and pace.due == pytest.approx(now + 2.0)


def test_an_interval_longer_than_a_minute_stays_one():
    pace = Pace(interval=120.0, most=600)
    pace.looked(0.0)
    pace.failed(10.0)
    assert pace.due == 120.0
