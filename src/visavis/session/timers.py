"""Named timers on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """Runs down what the core has set.

    Args:
        fire: called with the timer's name.
        elapsed: seconds since the conversation began.
    """

    def __init__(self, fire: Callable[[str], None], elapsed: Callable[[], float]) -> None:
        self._fire = fire
        self._elapsed = elapsed
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def set(self, name: str, at: float) -> None:
        """Fire at this time (seconds since the conversation began); replaces the timer of that name."""
        self.cancel(name)
        loop = asyncio.get_running_loop()
        self._handles[name] = loop.call_later(max(0.0, at - self._elapsed()), self._run, name)

    def cancel(self, name: str) -> None:
        """Forget the timer, if there is one."""
        if handle := self._handles.pop(name, None):
            handle.cancel()

    def clear(self) -> None:
        """Forget all timers."""
        for name in list(self._handles):
            self.cancel(name)

    def _run(self, name: str) -> None:
        self._handles.pop(name, None)
        self._fire(name)
