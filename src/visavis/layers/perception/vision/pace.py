"""When the next question may be asked, and whether any may: the cost cap. Pure."""

from __future__ import annotations

LONGEST_DELAY = 60.0
"""Seconds between questions to a model that does not answer."""


class Pace:
    """Of one conversation; times are seconds on its clock.

    The last request is kept for the analysis at the end.

    Args:
        interval: seconds from one question to the next, at least.
        most: requests in all.

    Attributes:
        asked: requests so far.
        failures: of them, those without an answer.
    """

    def __init__(self, interval: float, most: int) -> None:
        self._interval, self._most = interval, most
        self._not_before = 0.0
        self._in_a_row = 0
        self.asked = self.failures = 0

    @property
    def due(self) -> float | None:
        """When to look next; None when no more may be asked."""
        return self._not_before if self.asked < self._most - 1 else None

    @property
    def failing(self) -> bool:
        """Whether the latest question had no answer."""
        return self._in_a_row > 0

    @property
    def may_conclude(self) -> bool:
        """Whether there is a request left for the analysis."""
        return self.asked < self._most

    def looked(self, now: float) -> None:
        """The frames were looked at; they come to a question, or not."""
        self._not_before = now + self._interval

    def began(self) -> None:
        """A request goes out."""
        self.asked += 1

    def answered(self) -> None:
        """There was an answer, useful or not."""
        self._in_a_row = 0

    def failed(self, now: float) -> None:
        """There was none: the next question waits twice as long as the one before."""
        self.failures += 1
        self._in_a_row += 1
        delay = self._interval * 2.0 ** min(self._in_a_row, 20)
        self._not_before = max(self._not_before, now + min(LONGEST_DELAY, delay))
