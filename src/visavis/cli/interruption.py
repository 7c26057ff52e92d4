"""Signals that end a command: the first is answered by ending in good order, later ones by words."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = tuple(getattr(signal, name) for name in ("SIGHUP", "SIGINT", "SIGTERM") if hasattr(signal, name))


class Interruption:
    """What has come so far.

    Attributes:
        signal: the first one; None before.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    @property
    def exit_code(self) -> int:
        """As shells give it for a program that a signal ended; 0 when none came."""
        return 0 if self.signal is None else 128 + self.signal


@contextmanager
def interruptible(stop: Callable[[str], None], patience: Callable[[], None]) -> Iterator[Interruption]:
    """Within the block a signal no longer ends the process. Needs a running loop.

    Args:
        stop: told the name of the first signal.
        patience: called at each further one.
    """
    loop, came = asyncio.get_running_loop(), Interruption()

    def receive(number: signal.Signals) -> None:
        if came.signal is not None:
            patience()
            return
        came.signal = number
        stop(number.name)

    # What nohup has ignored stays ignored.
    ours = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    for number in ours:
        loop.add_signal_handler(number, receive, number)
    try:
        yield came
    finally:
        for number in ours:
            loop.remove_signal_handler(number)


@contextmanager
def unheard() -> Iterator[None]:
    """Print within the block; a terminal or pipe that has gone is no reason to stop."""
    try:
        yield
    except (OSError, SystemExit):  # Rich turns a broken pipe into an exit
        # What is still buffered would fail again when the interpreter ends, and change its exit code.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
