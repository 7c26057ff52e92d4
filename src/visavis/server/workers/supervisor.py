"""Owns the worker processes and the default LLM, and knows which worker holds which conversation."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from typing import Any, Protocol

import structlog

from visavis.config import Settings
from visavis.errors import (
    ConfigurationError,
    MessageTooLarge,
    RemoteError,
    UnknownConversation,
    VisavisError,
    WorkerLost,
)
from visavis.logs import short
from visavis.protocol.shutdown import ENDED_WHILE_IT_BEGAN, SERVER_STOPPED, STARTUP_FAILED, WORKER_LOST
from visavis.server.workers.admission import choose
from visavis.server.workers.llm import DefaultLLM, default_llm
from visavis.server.workers.relays import Relay, Relays
from visavis.server.workers.worker_process import Launcher, ProcessLauncher, WorkerProcess
from visavis.session.spec import ConversationSpec, LLMSpec

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
ENDING_TIMEOUT = 5.0
"""Seconds to wait for a conversation that was told to end."""

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Told what happens in conversations, in order."""

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """An event was broadcast."""
        ...

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """These inputs came, as JSON lines."""
        ...

    def called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told."""
        ...

    def ended(self, conversation_id: str, reason: str) -> None:
        """A conversation is over."""
        ...


class Supervisor:
    """Keeps ``settings.workers`` workers alive and hands conversations to them.

    Attributes:
        workers: those that run now, ready or not.
        restarts: workers that had to be replaced.
        refused: conversations that found no place.
    """

    def __init__(
        self, settings: Settings, *, launcher: Launcher | None = None, llm: DefaultLLM | None = None
    ) -> None:
        self._settings = settings
        self._launcher = launcher or ProcessLauncher(settings)
        self._llm = llm or default_llm(settings)
        self._listener: Listener | None = None
        self._where: dict[str, WorkerProcess] = {}
        self._over: dict[str, asyncio.Event] = {}
        self._announced: dict[str, bool] = {}
        self._beginning: set[str] = set()
        self._relays = Relays()
        self._tasks: list[asyncio.Task[None]] = []
        self._settled = asyncio.Event()
        self._failure = ""
        self._ending: asyncio.Task[None] | None = None
        self.workers: list[WorkerProcess] = []
        self.restarts = 0
        self.refused = 0

    # Life

    def listen(self, listener: Listener) -> None:
        """Tell this one what happens."""
        self._listener = listener

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
        for name in list(self._where):  # of workers that had to be killed
            self._over_now(name, SERVER_STOPPED)

    # Conversations

    @property
    def conversations(self) -> int:
        """How many are in progress."""
        return len(self._where)

    @contextlib.contextmanager
    def announced(self, conversation_id: str) -> Iterator[None]:
        """Within, a conversation may be ended before ``create``, which then does not begin it."""
        self._announced[conversation_id] = True
        try:
            yield
        finally:
            del self._announced[conversation_id]

    async def create(self, spec: ConversationSpec) -> None:
        """Begin a conversation in the worker that suits best.

        One that is refused never was. One that a worker took and could not begin is over, and the listener is
        told so.

        Raises:
            CapacityExceeded: every worker is full or busy.
            MessageTooLarge: there is more to tell the worker than it takes.
            WorkerLost: no worker is ready, the chosen one died, or the server stops.
            RemoteError: the worker could not begin it.
            UnknownConversation: it was ended while it began.
        """
        if self.stopping:
            raise WorkerLost("the server is stopping")
        if not self._announced.get(spec.conversation_id, True):
            raise UnknownConversation("the conversation was ended while it began")
        if not any(worker.ready for worker in self.workers):
            raise WorkerLost("no worker is ready yet; ask /readyz and try again")
        try:
            worker = choose(self.workers, self._settings, spec.chat)
        except VisavisError:
            self.refused += 1
            raise
        name = spec.conversation_id
        worker.conversations.add(name)
        if spec.chat:
            worker.chats.add(name)
        self._where[name] = worker
        self._beginning.add(name)
        try:
            await worker.create(spec)
        except MessageTooLarge:
            self._forget(name)
            raise
        except UnknownConversation:
            self._over_now(name, ENDED_WHILE_IT_BEGAN)
            raise
        except BaseException:
            self._over_now(name, STARTUP_FAILED)
            raise
        finally:
            self._beginning.discard(name)

    def give_up(self, conversation_id: str) -> None:
        """Nobody will know of a conversation that has just begun: it is over, at once. Void if it is."""
        self._notify(conversation_id, "end", reason=STARTUP_FAILED)
        self._over_now(conversation_id, STARTUP_FAILED)

    def holds(self, conversation_id: str) -> bool:
        """Whether the conversation is in progress."""
        return conversation_id in self._where

    async def join(self, conversation_id: str, offer: str, user_id: str, user_name: str) -> dict[str, str]:
        """Let a participant in; returns ``participant_id`` and the SDP ``answer``.

        Raises:
            CapacityExceeded: the room is full.
            SignallingError: the offer cannot be answered.
        """
        answer: dict[str, str] = await self._ask(
            conversation_id, "join", offer=offer, user_id=user_id, user_name=user_name
        )
        return answer

    async def add_candidate(self, conversation_id: str, participant_id: str, sdpfrag: str) -> str | None:
        """Pass a participant's ICE candidates on; an ICE restart is answered by a fragment."""
        answer: str | None = await self._ask(
            conversation_id, "add_candidate", participant_id=participant_id, sdpfrag=sdpfrag
        )
        return answer

    async def leave(self, conversation_id: str, participant_id: str) -> None:
        """Let a participant go."""
        await self._ask(conversation_id, "leave", participant_id=participant_id)

    async def attach(self, conversation_id: str, user_id: str, user_name: str, relay: Relay) -> str:
        """Let somebody in who is connected to this server.

        Args:
            conversation_id: which conversation.
            user_id: the application's name for them.
            user_name: how others see them.
            relay: gets their frames, from before this returns.

        Returns:
            Their participant id.

        Raises:
            CapacityExceeded: the room is full.
            UnknownConversation: the conversation is over.
        """
        participant_id = str(uuid.uuid4())
        self._relays.add(conversation_id, participant_id, relay)
        try:
            await self._ask(
                conversation_id,
                "attach",
                participant_id=participant_id,
                user_id=user_id,
                user_name=user_name,
            )
        except BaseException:
            # A worker that was merely slow lets them in all the same: then nobody would be behind the name.
            self._drop(conversation_id, participant_id)
            raise
        return participant_id

    def relays(self, conversation_id: str, participant_id: str) -> bool:
        """Whether it relays this participant's frames."""
        return self._relays.find(conversation_id, participant_id) is not None

    async def relay(self, conversation_id: str, participant_id: str, frame: str | None) -> None:
        """Take a frame of theirs, None for one that is no text; waits until the worker has it."""
        await self._ask(conversation_id, "relay", participant_id=participant_id, frame=frame)

    def read(self, conversation_id: str, participant_id: str, size: int) -> None:
        """They took so many bytes of their frames."""
        self._notify(conversation_id, "read", participant_id=participant_id, size=size)

    async def detach(self, conversation_id: str, participant_id: str, lost: bool) -> None:
        """They are gone; ``lost`` if without a goodbye. Void once they were, or the conversation is over."""
        relay = self._relays.remove(conversation_id, participant_id)
        if relay is None:
            return
        relay.closed("left")
        if self.holds(conversation_id):
            await self._ask(conversation_id, "detach", participant_id=participant_id, lost=lost)

    async def interact(self, conversation_id: str, message: object) -> None:
        """Pass an interaction on."""
        await self._ask(conversation_id, "interact", message=message)

    async def end(self, conversation_id: str, reason: str) -> None:
        """Have the conversation end, and wait until it has; one that takes long ends later.

        Raises:
            UnknownConversation: it is over.
        """
        if self._announced.get(conversation_id) and not self.holds(conversation_id):
            self._announced[conversation_id] = False
            if self._listener:
                self._listener.ended(conversation_id, reason)
            return
        if not self.holds(conversation_id):
            raise UnknownConversation("the conversation is over")
        over = self._over.setdefault(conversation_id, asyncio.Event())
        try:
            async with asyncio.timeout(ENDING_TIMEOUT):
                with contextlib.suppress(WorkerLost):  # that ends it, too
                    await self._ask(conversation_id, "end", reason=reason)
                await over.wait()
        except TimeoutError:
            log.warning("a conversation takes long to end", conversation=short(conversation_id))

    async def _ask(self, conversation_id: str, method: str, **params: Any) -> Any:
        worker = self._where.get(conversation_id)
        if worker is None:
            raise UnknownConversation("the conversation is over")
        return await worker.call(method, conversation_id=conversation_id, **params)

    def _notify(self, conversation_id: str, method: str, **params: Any) -> None:
        if worker := self._where.get(conversation_id):
            worker.notify(method, conversation_id=conversation_id, **params)

    # Workers

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
            worker = await WorkerProcess.launch(
                self._launcher,
                {
                    "event": self._event_arrived,
                    "logged": self._inputs_arrived,
                    "called_back": self._called_back,
                    "relayed": self._frame_arrived,
                    "ended": self._over_now,
                },
            )
            self.workers.append(worker)
            await self._look_after(worker)
            futile = 0 if worker.ready else futile + 1
            self._bury(worker)
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

    def _bury(self, worker: WorkerProcess) -> None:
        """Its conversations are over, and only its."""
        self.workers.remove(worker)
        worker.ready = False
        lost = SERVER_STOPPED if self.stopping else WORKER_LOST
        for name in list(worker.conversations):
            log.warning("conversation lost with its worker", conversation=short(name))
            self._over_now(name, STARTUP_FAILED if name in self._beginning else lost)

    def _event_arrived(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        if self._listener and self.holds(conversation_id):
            self._listener.event(conversation_id, seq, event)

    def _inputs_arrived(self, conversation_id: str, lines: list[str]) -> None:
        if self._listener and self.holds(conversation_id):
            self._listener.logged(conversation_id, lines)

    def _called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        if self._listener and self.holds(conversation_id):
            self._listener.called_back(conversation_id, kind, subject, body)

    def _frame_arrived(self, conversation_id: str, participant_id: str, frame: str) -> None:
        relay = self._relays.find(conversation_id, participant_id)
        if relay is not None and not relay.frame(frame):
            self._drop(conversation_id, participant_id)

    def _drop(self, conversation_id: str, participant_id: str) -> None:
        """Nobody reads a participant's frames any more."""
        self._relays.remove(conversation_id, participant_id)
        self._notify(conversation_id, "detach", participant_id=participant_id, lost=True)

    def _over_now(self, conversation_id: str, reason: str) -> None:
        """It is over; void if it was, whatever a worker that was given up still says of it."""
        if not self.holds(conversation_id):
            return
        self._forget(conversation_id)
        self._relays.close(conversation_id, reason)
        if self._listener:
            self._listener.ended(conversation_id, reason)

    def _forget(self, conversation_id: str) -> None:
        worker = self._where.pop(conversation_id, None)
        if worker is not None:
            worker.conversations.discard(conversation_id)
            worker.chats.discard(conversation_id)
        if over := self._over.pop(conversation_id, None):
            over.set()
