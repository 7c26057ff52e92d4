"""What ``Daily.init`` makes: the thread with the event loop, and the devices that programs create."""

from __future__ import annotations

import asyncio
import atexit
import threading
import weakref
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visavis.client.daily.call_client import CallClient
    from visavis.client.daily.camera import VirtualCameraDevice
    from visavis.client.daily.microphone import VirtualMicrophoneDevice
    from visavis.client.daily.speaker import VirtualSpeakerDevice

GOODBYE_SECONDS = 3.0
"""How long leaving may keep a process from ending."""


class Context:
    """One event loop on a daemon thread, for all call clients of the process.

    Attributes:
        loop: where every call lives.
        microphones: virtual devices by name; likewise ``cameras`` and ``speakers``.
        speaker: the one that plays what calls receive.
        clients: those that were not released.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.microphones: dict[str, VirtualMicrophoneDevice] = {}
        self.cameras: dict[str, VirtualCameraDevice] = {}
        self.speakers: dict[str, VirtualSpeakerDevice] = {}
        self.speaker: VirtualSpeakerDevice | None = None
        self.clients: weakref.WeakSet[CallClient] = weakref.WeakSet()
        self._thread = threading.Thread(target=self._run, name="visavis-daily", daemon=True)
        self._thread.start()

    def select(self, speaker: VirtualSpeakerDevice) -> None:
        """Play on this speaker from now on, also in calls that go on."""
        before, self.speaker = self.speaker, speaker
        for client in list(self.clients):
            client.speaker_changed(before, speaker)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Run this on the loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def close(self) -> None:
        """Leave every call and stop the loop."""
        leaving = [client.leave_for_good() for client in list(self.clients)]
        for future in leaving:
            try:
                future.result(GOODBYE_SECONDS)
            except TimeoutError:
                break  # the process ends; the room notices by itself
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(GOODBYE_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()


_current: Context | None = None
_lock = threading.Lock()


def create() -> None:
    """Make the process's context.

    Raises:
        RuntimeError: there is one.
    """
    global _current
    with _lock:
        if _current is not None:
            raise RuntimeError("Execution context already exists!")
        _current = Context()


def current() -> Context:
    """The process's context.

    Raises:
        RuntimeError: ``Daily.init`` was not called.
    """
    context = _current
    if context is None:
        raise RuntimeError("Execution context is not initialized: call Daily.init() first")
    return context


def destroy() -> None:
    """Undo ``create``; does nothing without it."""
    global _current
    with _lock:
        context, _current = _current, None
    if context is not None:
        context.close()


# Threads that still run while the interpreter is torn down crash in the codecs' native parts.
atexit.register(destroy)
