"""When to try again what an engine failed at. Pure: it is told the time."""

from __future__ import annotations

from dataclasses import dataclass

PAUSES = (1.0, 5.0, 30.0)
"""Seconds before each new try; who fails after the last one is not tried again."""
FORGIVEN = 60.0
"""Seconds in which it went well, after which the failures before count no more."""


@dataclass(slots=True)
class Failures:
    """Of one engine at one source of one participant.

    Attributes:
        count: in the streak that goes on.
    """

    count: int = 0
    _well_since: float | None = None

    def succeeded(self, at: float) -> None:
        """It went well."""
        if self._well_since is None:
            self._well_since = at

    def failed(self, at: float) -> float | None:
        """It did not. Returns how many seconds to wait before the next try; None: not to try again."""
        if self._well_since is not None and at - self._well_since >= FORGIVEN:
            self.count = 0
        self._well_since = None
        self.count += 1
        return PAUSES[self.count - 1] if self.count <= len(PAUSES) else None
