from __future__ import annotations

from datetime import UTC, datetime

import pytest

from visavis.server.webhooks.schedule import LONGEST_WISH, PAUSES, pause, wished

NOON = datetime(2026, 7, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sat, 11 Jul 2026 12:01:00 GMT", 60),
        ("Sat, 11 Jul 2026 11:00:00 GMT", 0),
        ("Sat, 11 Jul 2026 12:01:00 -0000", 60),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1e9", 0),
        ("٣", 0),
        ("9" * 400, 999_999_999),
    ],
)
def test_a_wish_to_wait_is_read_or_let_pass(retry_after: str, seconds: float) -> None:
    assert wished(retry_after, NOON) == seconds


def test_pauses_are_spread_end_and_heed_wishes_within_reason() -> None:
    assert [pause(1, uniform=pick) for pick in (min, max)] == [2.5, 7.5]
    assert pause(len(PAUSES)) is not None and pause(len(PAUSES) + 1) is None
    assert pause(1, 60) == 60
    assert pause(2, 1, uniform=max) == 45
    assert pause(1, 10.0**9) == LONGEST_WISH
