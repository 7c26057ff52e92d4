"""The first moments in a room: who finds the replica there has heard what it said to greet them.

Programs take the replica's being there for the moment to speak, and what they hear from then on for the
answer. A greeting that comes a few milliseconds later would pass for the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

QUIET = 0.05
"""Seconds without a message after which the first ones are through."""
LONGEST = 0.5
"""Seconds that it takes at most, messages or not."""


class Entrance:
    """Holds back what is to be told until the first messages are through, then tells it in order at once."""

    def __init__(self) -> None:
        self._held: list[Callable[[], None]] | None = []
        self._came = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether nothing is held back any more."""
        return self._held is None

    def tell(self, what: Callable[[], None]) -> None:
        """Call this now, or behind what is held back."""
        if self._held is None:
            what()
        else:
            self._held.append(what)

    def message(self, what: Callable[[], None]) -> None:
        """Likewise, of a message."""
        self.tell(what)
        self._came.set()

    async def run(self) -> None:
        """Wait, then tell; also if it is cancelled."""
        try:
            async with asyncio.timeout(LONGEST):
                await self._came.wait()
                while self._came.is_set():
                    self._came.clear()
                    await asyncio.sleep(QUIET)
        except TimeoutError:
            pass  # it is time, whatever still comes
        finally:
            self.release()

    def release(self) -> None:
        """Tell what was held back, and hold back nothing more."""
        held, self._held = self._held or [], None
        for what in held:
            what()
