"""Replicas made ahead: painting one takes seconds of CPU, and a call shall begin at once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from visavis.layers.replica.base import ReplicaRenderer

MakeReplica = Callable[[int, int, int], ReplicaRenderer]
"""From width and height in pixels, and a seed."""


class Shelf:
    """Keeps one renderer ready, and makes the next in a thread of its own when it is taken."""

    def __init__(self, make: MakeReplica, width: int, height: int) -> None:
        self._make, self._width, self._height = make, width, height
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="replica-shelf")
        self._next = self._order()

    def wait(self) -> None:
        """Block until one is ready.

        Raises:
            Exception: whatever the renderer's construction raised.
        """
        self._next.result()

    async def take(self) -> ReplicaRenderer:
        """A renderer; waits only when calls begin faster than it can be made."""
        taken, self._next = self._next, self._order()
        return await asyncio.wrap_future(taken)

    def _order(self) -> Future[ReplicaRenderer]:
        return self._thread.submit(self._make, self._width, self._height, secrets.randbits(32))
