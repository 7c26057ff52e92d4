"""Time passes in a test only where the test says so: the words for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NoReturn

from visavis.protocol.events import Event
from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.events import Events, Kind, describe, matches
from visavis.testing.virtual.running import Runner
from visavis.testing.virtual.timeline import LINES

QUIET = 2.0
"""Seconds without anything after which the world counts as idle."""
PATIENCE = 120.0
"""Seconds after which a test has waited long enough."""


class Passing(ABC):
    """What passes with a conversation's time.

    Attributes:
        events: everything that was broadcast.
        of: ``events.of``.
        expect: ``events.expect``.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runner = Runner(clock)
        self.events = Events(timeline=lambda: self.timeline(LINES))
        self.of, self.expect = self.events.of, self.events.expect

    @abstractmethod
    def timeline(self, last: int | None = None) -> str:
        """What happened, one line each.

        Args:
            last: so many lines; all if None.
        """

    @abstractmethod
    def _last_input_at(self) -> float:
        """When anything but a timer last happened."""

    @property
    def now(self) -> float:
        """Seconds since the conversation began."""
        return self._clock.now

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        until = self.now + seconds
        self._runner.advance(lambda: until)

    def run_until(self, condition: Callable[[], object], *, within: float = PATIENCE) -> None:
        """Let time pass until the condition is true.

        Raises:
            AssertionError: it is not, after ``within`` seconds; the message shows what happened.
        """
        until = self.now + within
        self._runner.advance(lambda: None if condition() else until)
        if not condition():
            self._fail(f"it did not come about within {within:g} s")

    def run_until_idle(self, *, quiet: float = QUIET, within: float = PATIENCE) -> None:
        """Let time pass until nobody has spoken, thought or sent anything for a while.

        Args:
            quiet: seconds; heartbeats do not count.
            within: seconds.

        Raises:
            AssertionError: there is no rest.
        """
        until = self.now + within

        def horizon() -> float | None:
            if self._clock.pending:
                return until
            rest = self._last_input_at() + quiet
            return None if self.now >= rest else min(rest, until)

        self._runner.advance(horizon)
        if horizon() is not None:
            self._fail(f"no {quiet:g} s of rest within {within:g} s")

    def wait_for(self, kind: Kind, *, within: float = PATIENCE, **properties: Any) -> Any:
        """Let time pass until the next such event.

        Args:
            kind: a model, or an ``event_type``.
            within: seconds.
            properties: as for ``Events.of``.

        Returns:
            The event.

        Raises:
            AssertionError: it did not come.
        """
        seen = len(self.events)
        found: list[Event] = []

        def condition() -> bool:
            nonlocal seen
            found.extend(event for event in self.events[seen:] if matches(event, kind, properties))
            seen = len(self.events)
            return bool(found)

        until = self.now + within
        self._runner.advance(lambda: None if condition() else until)
        if not found:
            self._fail(f"{describe(kind, properties)} did not come within {within:g} s")
        return found[0]

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something at this time, in seconds since the conversation began."""
        self._clock.at(seconds, action)

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something so much later."""
        self.at(self.now + seconds, action)

    def _fail(self, what: str) -> NoReturn:
        raise AssertionError(f"{what}\n{self.timeline(LINES)}")
