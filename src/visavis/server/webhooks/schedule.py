"""When to try again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
"""Seconds after each failed attempt; about a day in all. After one attempt more, it is given up."""
LONGEST_WISH = 28800
"""Seconds that a receiver may ask us to wait (``Retry-After``)."""


def pause(
    attempt: int, wish: float = 0.0, uniform: Callable[[float, float], float] = random.uniform
) -> float | None:
    """Seconds until the next attempt; None: there is none.

    Each is half as long to one and a half times as long as planned, so that what failed together does not
    come back together.

    Args:
        attempt: how many were made.
        wish: seconds that the receiver asked us to wait at least.
        uniform: a random number between two.
    """
    if attempt > len(PAUSES):
        return None
    planned = PAUSES[attempt - 1]
    return max(uniform(planned / 2, planned * 1.5), min(wish, LONGEST_WISH))


def wished(retry_after: str, now: datetime) -> float:
    """Seconds that a ``Retry-After`` (RFC 9110, section 10.2.3) asks for; 0 if it makes no sense."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now) / timedelta(seconds=1))
