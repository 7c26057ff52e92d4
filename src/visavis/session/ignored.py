"""Says once, not a thousand times, that input was ignored."""

from __future__ import annotations

from collections import Counter

import structlog

log = structlog.get_logger(__name__)

KINDS = 64
"""Different reasons that are told apart; the rest count as one."""


class IgnoredLog:
    """Counts ignored input by reason; logs the first of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """All that was ignored."""
        return self._counts.total()

    def note(self, reason: str) -> None:
        """One more was ignored, for this reason (which holds no user's words)."""
        if reason not in self._counts and len(self._counts) >= KINDS:
            reason = "other"
        self._counts[reason] += 1
        if self._counts[reason] == 1:
            log.info("input ignored", reason=reason)

    def summarize(self) -> None:
        """At the end: how often."""
        if self._counts:
            log.info("input ignored in all", **{"counts": dict(self._counts)})
