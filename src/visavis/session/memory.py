"""A worker's memory: what a call held is given back when the call is over."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from collections.abc import Callable

REST = 1.0
"""Seconds from a call's end until it is cleared away: its last tasks and connections are gone by then."""


def keep() -> None:
    """What is loaded now stays for good: no collection looks at it again, and each takes some ms only.

    With the engines and their libraries a worker has 100,000 objects. To go through them all stops every call
    for 50 ms and more, so Python does it rarely.
    """
    gc.collect()
    gc.freeze()


class Clearing:
    """Frees what ended calls leave behind.

    The parts of a call know each other, so that counting references frees none of them. Left to Python's own
    collections, replicas, pictures and connections of many ended calls would wait for the next one of all.

    Args:
        idle: whether the process holds no call.
    """

    def __init__(self, idle: Callable[[], bool]) -> None:
        self._idle = idle

    def call_over(self) -> None:
        """A call is over: clear it away in a moment."""
        asyncio.get_running_loop().call_later(REST, self._clear)

    def _clear(self) -> None:
        gc.collect()
        if self._idle():
            give_back()


def give_back() -> None:
    """Return free memory to the system; void where the C library cannot. Blocks for some 5 ms.

    glibc keeps what lies between blocks in use. Threads that want memory meanwhile wait: not during a call.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
