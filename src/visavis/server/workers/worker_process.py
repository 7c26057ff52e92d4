"""One worker process as the server sees it: started, asked, measured, killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any, Protocol

import psutil
import structlog

from visavis.config import Settings
from visavis.errors import VisavisError, WorkerLost
from visavis.session.rpc import Channel, Handler
from visavis.session.spec import ConversationSpec

START_TIMEOUT = 180.0
"""Seconds a worker may take to load its engines."""
CREATE_TIMEOUT = 30.0
"""Seconds a conversation may take to begin; some when many begin at once and replicas must be painted."""
LAST_WORDS = 5.0
"""Seconds for a worker that hung up to exit, and to read what one that exited had said."""
SMOOTHING = 0.3
"""Weight of the newest of the measurements of load, taken every other second."""

COMMAND = (sys.executable, "-m", "visavis.session.worker")
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8",
    "WRTC_ALLOW_LOOPBACK": "1",
}
"""One native thread for each engine (two under load are slower), and peers on this machine are peers.

oneDNN, by which CTranslate2 computes, would keep a program of more than 1 MB for each of the last 1,024
lengths of speech; making it anew takes a few ms.
"""

log = structlog.get_logger(__name__)


class Child(Protocol):
    """A started process."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    async def wait(self) -> int:
        """Its exit code, once it has exited."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...


class Launcher(Protocol):
    """Starts a worker at the other end of a socket."""

    async def __call__(self, sock: socket.socket) -> Child:
        """Start it; the caller closes ``sock`` afterwards."""
        ...


class ProcessLauncher:
    """Starts the worker's command with the socket's file descriptor as its last argument."""

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._environment = {**os.environ, **ENVIRONMENT, "VISAVIS_MODELS": str(settings.models)}

    async def __call__(self, sock: socket.socket) -> Child:
        """Start the process."""
        return await asyncio.create_subprocess_exec(
            *self._command,
            str(sock.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(sock.fileno(),),
            env=self._environment,
            # A Ctrl-C at the terminal is the server's to handle, also before the worker can ignore it.
            start_new_session=True,
        )


class WorkerProcess:
    """A running worker.

    Attributes:
        ready: whether its engines are loaded.
        conversations: ids of those it holds, those on their way to it included.
        chats: ids of those among them that are text only.
        load: of one core, smoothed; its own CPU time over wall time.
        loop_lag: seconds its event loop was late at worst, lately.
        vision_failing: how many of its conversations have a vision-language model that does not answer.
        vision_age: seconds, of the oldest description by one that is in use.
    """

    def __init__(self, child: Child, channel: Channel) -> None:
        self._child, self._channel = child, channel
        self._serving = asyncio.create_task(channel.serve())
        self._process: psutil.Process | None = None
        self.ready = False
        self.conversations: set[str] = set()
        self.chats: set[str] = set()
        self.load = 0.0
        self.loop_lag = 0.0
        self.participants = 0
        self.vision_failing = 0
        self.vision_age = 0.0

    @classmethod
    async def launch(cls, launcher: Launcher, handlers: dict[str, Handler]) -> WorkerProcess:
        """Start a worker; ``handlers`` take its notifications."""
        ours, theirs = socket.socketpair()
        with theirs:
            child = await launcher(theirs)
        return cls(child, await Channel.over(ours, handlers))

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    async def start(self, settings: Settings) -> None:
        """Have it load its engines; it is ready afterwards.

        Raises:
            RemoteError: an engine or a model is missing; the message says which.
            WorkerLost: it died meanwhile.
        """
        secrets: dict[str, Any] = {
            "api_keys": [],
            "llm_api_key": "",
            "vision_api_key": "",
            "recordings_options": {},
            "ice_servers": [server.plain() for server in settings.ice_servers],
        }
        await self._channel.call(
            "start", timeout=START_TIMEOUT, settings=settings.model_dump(mode="json") | secrets
        )
        # Only now: the CPU that loading took says nothing about conversations.
        self._process = psutil.Process(self.pid)
        self._process.cpu_percent()
        self.ready = True

    async def measure(self, timeout: float) -> None:
        """Renew ``load`` and the figures that the worker itself knows.

        Raises:
            WorkerLost: it is dead or stuck.
        """
        stats = await self._channel.call("stats", timeout=timeout)
        self.loop_lag = stats["loop_lag"]
        self.participants = stats.get("participants", 0)
        self.vision_failing = stats.get("vision_failing", 0)
        self.vision_age = stats.get("vision_age", 0.0)
        if self._process is not None:
            try:
                now = self._process.cpu_percent() / 100
            except psutil.NoSuchProcess:
                return  # `exited` tells the supervisor
            self.load += SMOOTHING * (now - self.load)

    async def create(self, spec: ConversationSpec) -> None:
        """Have it begin a conversation, or not at all.

        Raises:
            WorkerLost: it did not answer in time.
        """
        try:
            await self._channel.call("create", timeout=CREATE_TIMEOUT, spec=spec.model_dump(mode="json"))
        except (WorkerLost, asyncio.CancelledError):
            # Should it come round to it after all, nobody would know of the conversation.
            self._channel.notify("end", conversation_id=spec.conversation_id, reason="given up")
            raise

    async def call(self, method: str, **params: Any) -> Any:
        """Ask something of one of its conversations."""
        return await self._channel.call(method, **params)

    def notify(self, method: str, **params: Any) -> None:
        """Tell one of its conversations something; void once it is gone."""
        self._channel.notify(method, **params)

    async def exited(self) -> None:
        """Wait until the process is gone or has hung up, then make sure of both."""
        gone = asyncio.create_task(self._child.wait())
        try:
            await asyncio.wait({gone, self._serving}, return_when=asyncio.FIRST_COMPLETED)
            if self._serving.done() and not gone.done():
                await asyncio.wait({gone}, timeout=LAST_WORDS)
            if not gone.done():
                self.kill()
            code = await gone
            await asyncio.wait({self._serving}, timeout=LAST_WORDS)  # what it said last is still to be read
            self._channel.close()
            await self._serving
            log.info("worker exited", worker=self.pid, code=code)
        finally:
            gone.cancel()

    def kill(self) -> None:
        """End the process at once; void if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()

    async def shutdown(self, reason: str, timeout: float) -> None:
        """Have it end its conversations and exit; kill it if it takes longer than ``timeout`` seconds."""
        try:
            if self.ready:  # else it loads, and holds nothing that would need a goodbye
                async with asyncio.timeout(timeout):
                    await self._channel.call("shutdown", reason=reason, timeout=timeout)
                    self._channel.close()
                    await self._child.wait()
        except (TimeoutError, VisavisError):
            log.warning("worker killed: it did not shut down in time", worker=self.pid)
        finally:
            self.kill()
            await self._child.wait()
