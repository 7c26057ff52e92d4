"""From a wavering amount to something that began and ended: hysteresis, and a time each way."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = 3.0
"""Seconds without a measurement after which it is not known whether something goes on."""
GAP = 2.0
"""Seconds without a measurement after which what was measured before says nothing of the time between."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a condition holds.

    Attributes:
        on: the amount that begins it.
        off: the amount below which it ends; lower than ``on``.
        after: seconds above ``on`` before it counts.
        until: seconds below ``off`` before it is over.
    """

    on: float
    off: float
    after: float
    until: float


class Switch:
    """One condition of one participant."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._since: float | None = None
        self._fed = float("-inf")
        self._sum, self._count = 0.0, 0
        self.on = False

    def pending(self, at: float) -> bool:
        """Whether what was measured last, and just now, differs, but not for long enough yet."""
        return self._since is not None and at - self._fed <= GAP

    def lapsed(self, at: float) -> bool:
        """Whether it is on, and was last measured too long ago."""
        return self.on and at - self._fed > UNKNOWN

    def feed(self, at: float, amount: float, confidence: float) -> tuple[float, float] | None:
        """Take a measurement in.

        Returns:
            When it switched, the time it really changed and its mean confidence since then.
        """
        if at - self._fed > GAP:
            self._forget()
        self._fed = at
        differs = amount < self._rule.off if self.on else amount >= self._rule.on
        if not differs:
            self._forget()
            return None
        if self._since is None:
            self._since = at
        self._sum += confidence
        self._count += 1
        if at - self._since < (self._rule.until if self.on else self._rule.after):
            return None
        changed = self._since, self._sum / self._count
        self.on = not self.on
        self._forget()
        return changed

    def end(self) -> float | None:
        """Stop at once. Returns, if it was on, until when that was seen."""
        seen = (self._fed if self._since is None else self._since) if self.on else None
        self.on = False
        self._forget()
        return seen

    def _forget(self) -> None:
        self._since, self._sum, self._count = None, 0.0, 0
