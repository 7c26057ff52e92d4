"""Hands conversations to the workers, and knows which worker holds which."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

import structlog

from visavis.config import Settings
from visavis.errors import MessageTooLarge, UnknownConversation, VisavisError, WorkerLost
from visavis.logs import short
from visavis.protocol.shutdown import ENDED_WHILE_IT_BEGAN, SERVER_STOPPED, STARTUP_FAILED, WORKER_LOST
from visavis.server.workers.admission import choose
from visavis.server.workers.keeper import Keeper
from visavis.server.workers.listener import Listener
from visavis.server.workers.llm import DefaultLLM
from visavis.server.workers.relays import Relay, Relays
from visavis.server.workers.worker_process import Launcher, WorkerProcess
from visavis.session.rpc import Handler
from visavis.session.spec import ConversationSpec

ENDING_TIMEOUT = 5.0
"""Seconds to wait for a conversation that was told to end."""

log = structlog.get_logger(__name__)


class Supervisor(Keeper):
    """Hands conversations to the workers it keeps.

    Attributes:
        refused: conversations that found no place.
    """

    def __init__(
        self, settings: Settings, *, launcher: Launcher | None = None, llm: DefaultLLM | None = None
    ) -> None:
        super().__init__(settings, launcher=launcher, llm=llm)
        self._listener: Listener | None = None
        self._where: dict[str, WorkerProcess] = {}
        self._over: dict[str, asyncio.Event] = {}
        self._announced: dict[str, bool] = {}
        self._beginning: set[str] = set()
        self._relays = Relays()
        self.refused = 0

    def listen(self, listener: Listener) -> None:
        """Tell this one what happens."""
        self._listener = listener

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

    def _handlers(self) -> dict[str, Handler]:
        return {
            "event": self._event_arrived,
            "logged": self._inputs_arrived,
            "called_back": self._called_back,
            "relayed": self._frame_arrived,
            "ended": self._over_now,
        }

    async def _stop(self) -> None:
        await super()._stop()
        for name in list(self._where):  # of workers that had to be killed
            self._over_now(name, SERVER_STOPPED)

    def _lost(self, worker: WorkerProcess) -> None:
        """Its conversations are over, and only its."""
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
