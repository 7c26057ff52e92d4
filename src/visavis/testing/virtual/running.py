"""Lets virtual time pass: so long, until something happens, or until nothing does."""

from __future__ import annotations

from collections.abc import Callable

from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.loop import VirtualLoop

Horizon = Callable[[], float | None]
"""Until when time may pass, asked before each step; None: no further."""


class Runner:
    """Advances one conversation's clock, and the asynchronous programs in it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loop: VirtualLoop | None = None
        self._running = False

    @property
    def running(self) -> bool:
        """Whether time passes: whoever asks is a callback or a program in the conversation."""
        return self._running

    @property
    def loop(self) -> VirtualLoop:
        """Where asynchronous programs run."""
        if self._loop is None:
            self._loop = VirtualLoop(self._clock)
        return self._loop

    def advance(self, horizon: Horizon) -> None:
        """Let time pass.

        Raises:
            RuntimeError: time is passing already: this is a callback or a program in the conversation.
        """
        if self._running:
            raise RuntimeError(
                "time passes already: in a callback use starts_saying, send or after, which return at once"
            )
        self._running = True
        try:
            while (limit := self._limit(horizon)) is not None and self._clock.step(limit):
                pass  # the step was the work
        finally:
            self._running = False

    def close(self) -> None:
        """End the programs."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.shut_down()

    def _limit(self, horizon: Horizon) -> float | None:
        if self._loop is not None:
            self._loop.settle()
        return horizon()
