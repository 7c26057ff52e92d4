"""How fast one participant may send: others must not pay for a client that floods the room."""

from __future__ import annotations

import time
from collections.abc import Callable

RATE = 500.0
"""Frames a second in the long run: ten times what a voice in pieces of 20 ms has."""
BURST = 10_000
"""Frames at once, such as a long answer whose voice was made faster than it is spoken."""
REASON = "more messages than one participant may send"
"""For the log."""
ANSWER = f"more than {RATE:.0f} messages a second; what comes faster is dropped"
"""For the sender."""


class Pace:
    """A token bucket. Taking costs next to nothing, so that what is refused costs the room nothing.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left, self._at = float(BURST), clock()
        self._refusing = False

    def take(self) -> bool:
        """Whether one more frame is within the bound."""
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at) * RATE)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        if self._refusing and self._left > BURST / 2:
            self._refusing = False
        return True

    def news(self) -> bool:
        """Whether a refusal is the first since the sender last kept well within the bound."""
        first, self._refusing = not self._refusing, True
        return first
