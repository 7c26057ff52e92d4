"""Keeps the worker processes and the default LLM running: starts, measures, replaces and stops them."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import structlog

from visavis.config import Settings
from visavis.errors import ConfigurationError, RemoteError, VisavisError, WorkerLost
from visavis.protocol.shutdown import SERVER_STOPPED
from visavis.server.workers.llm import DefaultLLM, default_llm
from visavis.server.workers.worker_process import Launcher, ProcessLauncher, WorkerProcess
from visavis.session.rpc import Handler
from visavis.session.spec import LLMSpec

MEASURE_PERIOD = 2.0
"""Seconds between two looks at a worker."""
STUCK = 20.0
"""Seconds without an answer after which a worker counts as stuck and is killed."""
FIRST_DELAY, LONGEST_DELAY, STABLE = 0.5, 30.0, 60.0
"""Seconds before a dead worker's successor starts: doubled each time unless it had lived ``STABLE``."""
FUTILE = 3
"""Workers that may die while they load, one after the other, before the server gives up starting."""
STOP_TIMEOUT = 6.0
"""Seconds that workers have to end their conversations."""

log = structlog.get_logger(__name__)


class Keeper(ABC):
    """Keeps ``settings.workers`` workers alive.

    Attributes:
        workers: those that run now, ready or not.
        restarts: workers that had to be replaced.
    """

    def __init__(
        self, settings: Settings, *, launcher: Launcher | None = None, llm: DefaultLLM | None = None
    ) -> None:
        self._settings = settings
        self._launcher = launcher or ProcessLauncher(settings)
        self._llm = llm or default_llm(settings)
        self._tasks: list[asyncio.Task[None]] = []
        self._settled = asyncio.Event()
        self._failure = ""
        self._ending: asyncio.Task[None] | None = None
        self.workers: list[WorkerProcess] = []
        self.restarts = 0

    @abstractmethod
    def _handlers(self) -> dict[str, Handler]:
        """Who takes what a worker tells."""

    @abstractmethod
    def _lost(self, worker: WorkerProcess) -> None:
        """It is gone, and nothing more comes from it."""

    async def start(self) -> None:
        """Begin to start the workers and the LLM; ``wait_ready`` tells when they are."""
        if self.stopping:
            return
        keepers = [self._keep() for _ in range(self._settings.workers)]
        self._tasks = [asyncio.create_task(work) for work in (self._start_llm(), *keepers)]

    @property
    def ready(self) -> bool:
        """Whether every worker and the LLM can take a conversation."""
        loaded = sum(worker.ready for worker in self.workers)
        return not self.stopping and loaded == self._settings.workers and self._llm.spec is not None

    async def wait_ready(self) -> None:
        """Wait until everything is ready.

        Raises:
            ConfigurationError: the LLM or a worker refused to start; the message says why.
        """
        while not self.ready and not self._failure:
            self._settled.clear()
            await self._settled.wait()
        if self._failure:
            raise ConfigurationError(self._failure)

    @property
    def llm(self) -> LLMSpec | None:
        """The default LLM; None while it is not ready."""
        return self._llm.spec

    @property
    def stopping(self) -> bool:
        """Whether it ends, or has ended."""
        return self._ending is not None

    async def stop(self) -> None:
        """End all conversations, the workers and the LLM, within seconds. Idempotent."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._stop())
        await asyncio.shield(self._ending)

    async def _stop(self) -> None:
        await asyncio.gather(
            *(worker.shutdown(SERVER_STOPPED, STOP_TIMEOUT) for worker in list(self.workers)),
            self._llm.stop(),
        )
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start_llm(self) -> None:
        try:
            await self._llm.start()
        except VisavisError as error:
            self._fail(str(error))
        self._settled.set()

    async def _keep(self) -> None:
        """Run a worker, and another one whenever it dies."""
        delay, futile = FIRST_DELAY, 0
        loop = asyncio.get_running_loop()
        while not self.stopping:
            began = loop.time()
            worker = await WorkerProcess.launch(self._launcher, self._handlers())
            self.workers.append(worker)
            await self._look_after(worker)
            futile = 0 if worker.ready else futile + 1
            self.workers.remove(worker)
            worker.ready = False
            self._lost(worker)
            if self.stopping:
                return
            if futile == FUTILE:
                self._fail("the worker processes die while they load; the log above may say why")
            self.restarts += 1
            delay = FIRST_DELAY if loop.time() - began > STABLE else min(2 * delay, LONGEST_DELAY)
            log.warning("worker died; another one starts", worker=worker.pid, delay=delay)
            await asyncio.sleep(delay)

    async def _look_after(self, worker: WorkerProcess) -> None:
        """Start it and measure it until it is gone."""
        measuring = asyncio.create_task(self._measure(worker))
        try:
            await worker.exited()
        finally:
            measuring.cancel()
            await asyncio.gather(measuring, return_exceptions=True)

    async def _measure(self, worker: WorkerProcess) -> None:
        try:
            await worker.start(self._settings)
            log.info("worker ready", worker=worker.pid)
            self._settled.set()
            while True:
                await asyncio.sleep(MEASURE_PERIOD)
                await worker.measure(STUCK)
        except RemoteError as error:
            log.error("worker cannot start", worker=worker.pid, reason=str(error))
            self._fail(str(error))
            worker.kill()
        except WorkerLost as error:
            if not self.stopping:
                log.error("worker lost", worker=worker.pid, reason=str(error))
                worker.kill()

    def _fail(self, reason: str) -> None:
        """Remember why the server cannot become ready, unless what failed was stopped half-way."""
        if self.stopping:
            return
        self._failure = self._failure or reason
        self._settled.set()
