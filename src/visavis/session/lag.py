"""How late the event loop is: the first sign of trouble in everything that is real time (DESIGN rule 5)."""

from __future__ import annotations

import asyncio

PERIOD = 0.1
"""Seconds between two looks."""


class LoopLag:
    """Keeps the worst lateness since it was last asked."""

    def __init__(self) -> None:
        self._worst = 0.0

    async def watch(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + PERIOD
            await asyncio.sleep(PERIOD)
            self._worst = max(self._worst, loop.time() - due)

    def take(self) -> float:
        """Seconds the loop was late at worst since the last call."""
        worst, self._worst = self._worst, 0.0
        return worst
