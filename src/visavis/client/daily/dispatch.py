"""Calls a program's functions on a thread of their own, one after the other."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger("visavis.daily")
"""Standard logging, so that a program's failing handler is seen whatever ``Daily.init`` was told."""

_END = object()


class Dispatcher:
    """A daemon thread that runs calls in order; what one raises is logged and harms no other."""

    def __init__(self, name: str, limit: int = 0) -> None:
        """Make one; its thread starts with the first call.

        Args:
            name: of the thread.
            limit: how many calls may wait; beyond that the oldest is dropped. 0: any number.
        """
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._name, self._limit = name, limit
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Run this later, from any thread."""
        self._start()
        if self._limit and self._calls.qsize() >= self._limit:
            self._drop_oldest()
        self._calls.put((function, arguments))

    def close(self) -> None:
        """Run what waits, then end."""
        if self._thread is not None:
            self._calls.put(_END)

    def join(self, seconds: float) -> None:
        """Wait for the end; does nothing when called by one of the functions that it runs."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def _drop_oldest(self) -> None:
        try:
            self._calls.get_nowait()
        except queue.Empty:
            return  # it was run in the meantime

    def _run(self) -> None:
        while (entry := self._calls.get()) is not _END:
            function, arguments = entry
            try:
                function(*arguments)
            except Exception:
                name = getattr(function, "__qualname__", type(function).__qualname__)
                log.exception("%s failed", name)
