"""An event loop in virtual time, for applications that are asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

from visavis.testing.virtual.clock import Clock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is ready; sleeping is arranged with the clock, so that it takes no time.

    Work in threads (``asyncio.to_thread``) is waited for while the clock stands still. Real sockets are
    outside of virtual time.

    Args:
        clock: is told of timers; its ``now`` is this loop's time.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._woken = False
        self._closing = False
        self._threads: set[asyncio.Future[Any]] = set()
        self._failures: list[BaseException] = []
        self._started: set[asyncio.Task[Any]] = (
            set()
        )  # asyncio itself does not keep tasks from being collected

    def time(self) -> float:
        """Seconds since the conversation began."""
        return self._clock.now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As every loop does."""
        self._woken = True
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Arranged with the clock; an application's timers do not keep the world from being at rest."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)

        def due() -> None:
            if not handle.cancelled():
                self.call_soon(callback, *args, context=context)

        if self._closing:  # no time passes any more: whoever sleeps while it cleans up would never wake
            self.call_soon(due)
        else:
            self._clock.at(when, due, counts=False)
        return handle

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """As every loop does; the clock stands still until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self._threads.add(future)
        future.add_done_callback(self._threads.discard)
        return future

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a task; an error in it comes out of ``settle``."""
        task = self.create_task(work)
        self._started.add(task)
        task.add_done_callback(self._ended)
        return task

    def settle(self) -> None:
        """Run everything that needs no time.

        Raises:
            BaseException: what a task of ``start`` raised.
        """
        while self._woken or self._threads:
            if self._woken:
                self._woken = False
                super().call_soon(self.stop)
                self.run_forever()
            else:
                self.run_until_complete(asyncio.wait(self._threads, return_when=asyncio.FIRST_COMPLETED))
        self._raise_failure()

    def shut_down(self) -> None:
        """Cancel what still runs, and close.

        Raises:
            BaseException: what a task of ``start`` raised and ``settle`` has not.
        """
        self._closing = True
        self.run_until_complete(self._cancel_all())
        self.run_until_complete(self.shutdown_asyncgens())
        self.run_until_complete(self.shutdown_default_executor())
        self.close()
        self._raise_failure()

    async def _cancel_all(self) -> None:
        tasks = asyncio.all_tasks(self) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._started.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failures.append(error)

    def _raise_failure(self) -> None:
        if self._failures:
            raise self._failures.pop(0)
