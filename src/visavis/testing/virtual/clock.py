"""Virtual time: what is to happen, in order, without waiting for it."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator


class Appointment:
    """Something that will happen, unless it is cancelled.

    Attributes:
        when: seconds.
    """

    __slots__ = ("_clock", "_number", "_run", "counts", "when")

    def __init__(
        self, clock: Clock, when: float, number: int, run: Callable[[], object], counts: bool
    ) -> None:
        self._clock, self._number = clock, number
        self._run: Callable[[], object] | None = run
        self.when, self.counts = when, counts

    def __lt__(self, other: Appointment) -> bool:
        return (self.when, self._number) < (other.when, other._number)

    @property
    def cancelled(self) -> bool:
        """Whether it will not happen, or has happened."""
        return self._run is None

    def cancel(self) -> None:
        """It is not to happen."""
        self.take()

    def take(self) -> Callable[[], object] | None:
        """What is to be done; from now on nothing is."""
        run, self._run = self._run, None
        if run is not None and self.counts:
            self._clock.pending -= 1
        return run


class Clock:
    """Time that passes only in ``step``. Of two things at one time the one that was arranged first is first.

    Attributes:
        now: seconds since the beginning.
        pending: things still to happen, those aside that were arranged with ``counts=False``.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.pending = 0
        self._numbers = 0
        self._later: list[Appointment] = []
        self._soon: deque[Callable[[], object]] = deque()

    def at(self, when: float, run: Callable[[], object], *, counts: bool = True) -> Appointment:
        """Arrange something.

        Args:
            when: seconds since the beginning; infinity: never.
            run: what is to be done.
            counts: whether the world is not at rest before it is done.
        """
        self._numbers += 1
        never = math.isinf(when)
        appointment = Appointment(self, max(when, self.now), self._numbers, run, counts and not never)
        if not never:
            heapq.heappush(self._later, appointment)
            self.pending += appointment.counts
        return appointment

    def soon(self, run: Callable[[], object]) -> None:
        """Arrange something for before time goes on."""
        self._soon.append(run)
        self.pending += 1

    def play(self, steps: Iterator[float]) -> Play:
        """Do something in steps; it begins at once."""
        play = Play(self, steps)
        play.go_on()
        return play

    def step(self, limit: float) -> bool:
        """Do the next thing that is due until then.

        Args:
            limit: seconds since the beginning; infinity: whenever it is.

        Returns:
            False, with the time at the limit, when nothing is.
        """
        if self._soon:
            self.pending -= 1
            self._soon.popleft()()
            return True
        while self._later and self._later[0].when <= limit:
            appointment = heapq.heappop(self._later)
            run = appointment.take()
            if run is not None:
                self.now = appointment.when
                run()
                return True
        if not math.isinf(limit):
            self.now = max(self.now, limit)
        return False


class Play:
    """Something that happens step by step: a generator that yields when its next step is due, in seconds."""

    def __init__(self, clock: Clock, steps: Iterator[float]) -> None:
        self._clock, self._steps = clock, steps
        self._next: Appointment | None = None
        self.over = False

    def go_on(self) -> None:
        """The next step."""
        when = next(self._steps, None)
        if when is None or self.over:
            self.over = True
        else:
            self._next = self._clock.at(when, self.go_on)

    def cancel(self) -> None:
        """No further step."""
        self.over = True
        if self._next is not None:
            self._next.cancel()
