from __future__ import annotations

from visavis.session.perceiving.retrying import FORGIVEN, PAUSES, Failures


def test_each_failure_in_a_row_waits_longer_and_the_last_is_the_end():
    failures, at, waited = Failures(), 0.0, []
    while (pause := failures.failed(at)) is not None:
        waited.append(pause)
        at += pause + 1.0
        failures.succeeded(at)
    assert waited == list(PAUSES) == sorted(set(PAUSES))
    assert failures.count == len(PAUSES) + 1


def test_failures_are_forgiven_by_the_time_that_went_well_and_not_by_the_time_that_passed():
    failures = Failures()
    assert [failures.failed(0.0), failures.failed(10 * FORGIVEN)] == list(PAUSES[:2])
    failures.succeeded(1000.0)
    failures.succeeded(1000.0 + FORGIVEN)
    assert failures.failed(1001.0 + FORGIVEN) == PAUSES[0]
    assert failures.count == 1
