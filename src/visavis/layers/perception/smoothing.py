"""From a wavering amount to something that began and ended: hysteresis, and a time each way."""

from __future__ import annotations

from dataclasses import dataclass


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
        self._sum, self._count = 0.0, 0
        self.on = False

    @property
    def pending(self) -> bool:
        """Whether what was measured last differs, but not for long enough yet."""
        return self._since is not None

    def feed(self, at: float, amount: float, confidence: float) -> tuple[float, float] | None:
        """Take a measurement in.

        Returns:
            When it switched, the time it really changed and its mean confidence since then.
        """
        differs = amount < self._rule.off if self.on else amount >= self._rule.on
        if not differs:
            self._since, self._sum, self._count = None, 0.0, 0
            return None
        if self._since is None:
            self._since = at
        self._sum += confidence
        self._count += 1
        if at - self._since < (self._rule.until if self.on else self._rule.after):
            return None
        changed = self._since, self._sum / self._count
        self.on = not self.on
        self._since, self._sum, self._count = None, 0.0, 0
        return changed

    def end(self) -> bool:
        """Stop at once. Returns whether it was on."""
        was, self.on, self._since = self.on, False, None
        return was
