"""Says what was wrong with a peer's input, once and then ever more rarely."""

from __future__ import annotations

from collections import Counter

import structlog

from visavis.logs import short

log = structlog.get_logger(__name__)


class Complaints:
    """One peer's ignored input, logged on the 1st, 10th, 100th … time for each reason."""

    def __init__(self, participant_id: str) -> None:
        self._participant = short(participant_id)
        self._counts: Counter[str] = Counter()

    def ignored(self, reason: str) -> bool:
        """Note that something was ignored; the reason holds no words of users.

        Returns:
            whether this time it was logged.
        """
        self._counts[reason] += 1
        count = self._counts[reason]
        due = str(count).strip("0") == "1"
        if due:
            log.warning("input ignored", participant=self._participant, reason=reason, times=count)
        return due
