"""What happened in a participant's pictures over a call: conditions as stretches of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from visavis.layers.perception.base import Sight
from visavis.layers.perception.conditions import Change, Condition, Conditions
from visavis.layers.perception.smoothing import GAP

MOST_STRETCHES = 200
"""Of one condition that are remembered one by one, beside the first; those between are only counted."""
FIRST_STRETCHES = 5
"""That are never forgotten: the account of a call says when they began."""


@dataclass(slots=True)
class Stretch:
    """A time in which a condition held.

    Attributes:
        end: None while it lasts.
        confidence: 0 to 1.
    """

    start: float
    end: float | None
    confidence: float

    def within(self, since: float, until: float) -> float:
        """Seconds of it between two moments."""
        return max(0.0, min(until, self.end if self.end is not None else until) - max(since, self.start))


@dataclass(slots=True)
class History:
    """One condition's past.

    Attributes:
        count: how often it began.
        seconds: of stretches that are over.
        stretches: the first and the latest.
    """

    count: int = 0
    seconds: float = 0.0
    stretches: list[Stretch] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """Of one participant.

    Attributes:
        began: seconds, of the first picture; None before.
        seen: seconds, of the latest.
        latest: seconds, of the latest of a camera or a screen.
        watched: seconds in which there were pictures.
    """

    began: float | None = None
    seen: float = 0.0
    latest: float = 0.0
    watched: float = 0.0
    _conditions: Conditions = field(default_factory=Conditions)
    _past: dict[Condition, History] = field(default_factory=dict)

    def feed(self, sight: Sight) -> list[Change]:
        """Take one picture's signals in; what changed by it."""
        self.latest = sight.at
        if sight.origin == "camera":
            if self.began is None:
                self.began = sight.at
            elif sight.at - self.seen < GAP:
                self.watched += sight.at - self.seen
            self.seen = sight.at
        return self._note(self._conditions.feed(sight))

    def camera_off(self, at: float) -> list[Change]:
        """See ``Conditions.camera_off``."""
        return self._note(self._conditions.camera_off(at))

    def screen_off(self, at: float) -> list[Change]:
        """See ``Conditions.screen_off``."""
        return self._note(self._conditions.screen_off(at))

    def now(self) -> tuple[Condition, ...]:
        """Conditions that hold."""
        return self._conditions.now()

    @property
    def pending(self) -> bool:
        """See ``Conditions.pending``."""
        return self._conditions.pending

    def history(self, condition: Condition) -> History:
        """One condition's past; empty if it never held."""
        return self._past.get(condition, History())

    def seconds(self, condition: Condition, since: float, until: float) -> float:
        """How long a condition held between two moments, as far back as stretches are remembered."""
        return sum(stretch.within(since, until) for stretch in self.history(condition).stretches)

    def total(self, condition: Condition) -> float:
        """How long it held in all, until the latest picture."""
        history = self.history(condition)
        open_ones = [stretch for stretch in history.stretches if stretch.end is None]
        return history.seconds + sum(max(0.0, self.latest - stretch.start) for stretch in open_ones)

    def _note(self, changes: Iterable[Change]) -> list[Change]:
        changes = list(changes)
        for change in changes:
            history = self._past.setdefault(change.condition, History())
            if change.began:
                history.count += 1
                history.stretches.append(Stretch(change.at, None, change.confidence))
                del history.stretches[FIRST_STRETCHES:-MOST_STRETCHES]
            elif history.stretches and history.stretches[-1].end is None:
                last = history.stretches[-1]
                last.end = max(change.at, last.start)
                history.seconds += last.end - last.start
        return changes
