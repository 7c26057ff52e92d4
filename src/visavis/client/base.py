"""What a program can do in a call, whatever carries it: ``Call`` and ``testing.ScriptedCall`` are two."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from visavis.client.handlers import Handlers
from visavis.client.hearing import EchoHeard, ReplyHeard
from visavis.client.kinds import (
    AnyEvent,
    Happening,
    State,
    StateChange,
    is_interaction,
    read_event,
)
from visavis.client.naming import call_of_result, name_of_result, new_name
from visavis.client.outcomes import QUEUED, Applied, Heard, Outcome, Server, Silenced
from visavis.client.received import ReceivedMessage
from visavis.client.waiting import Waiting
from visavis.media.buffer import LiveBuffer
from visavis.protocol import interactions as asks
from visavis.protocol.events import (
    Ack,
    EventMessage,
    ReplicaStartedSpeaking,
    ReplicaStoppedSpeaking,
    Shutdown,
)
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft

if TYPE_CHECKING:
    from visavis.client.tool_runner import ToolRunner
    from visavis.client.tools import Tools

T = TypeVar("T")
HappeningT = TypeVar("HappeningT", bound=Happening)

KEPT_MESSAGES = 10_000
"""That nobody has read; then the oldest go."""


class BaseCall(ABC):
    """Everything above the transport.

    Methods that ask the replica for something return when it has come about, and raise
    ``InteractionFailed`` when it has not; ``send`` is the one that does not wait. ``asyncio.timeout``
    bounds any of them.

    Attributes:
        participant_id: our own id in the room.
        state: ``connected``, ``reconnecting`` or ``closed``.
        closed: set when the call is over.
        closed_reason: why, in the server's words or ours.
    """

    def __init__(self) -> None:
        self.participant_id = ""
        self.state: State = "connected"
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self._last_seq = 0
        self._told_shutdown = False
        self._server = Server()
        self._waiting = Waiting()
        self._handlers = Handlers(self._spawn)
        self._runners: list[ToolRunner] = []
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)
        self._events: LiveBuffer[AnyEvent] = LiveBuffer(KEPT_MESSAGES)

    @property
    @abstractmethod
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""

    @property
    def replica(self) -> Participant | None:
        """The replica; None once it left."""
        return next((person for person in self.participants if person.kind == "replica"), None)

    @property
    def speaking(self) -> bool:
        """Whether the replica is heard now."""
        return self._server.speaking is not None

    # Sending

    @abstractmethod
    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message, or an interaction, and wait for nothing but its leaving.

        Args:
            data: a model of ``visavis.protocol.interactions``, or anything JSON can say.
            to: whom: everybody else, or a participant's id.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            CallEnded: the call is over.
        """

    async def echo(self, text: str) -> Heard:
        """Have the replica say exactly this, behind what it is saying; returns when it was heard.

        Args:
            text: may hold ``<emotion value="…"/>`` tags.

        Returns:
            What was heard of it; ``interrupted`` if it was cut.

        Raises:
            InteractionRefused: the server refuses it.
            InteractionDropped: an interruption dropped it before it was heard.
            LayerFailure: it cannot be spoken.
            CallEnded: the call was over first.
        """
        name = new_name()
        properties = asks.EchoProperties(modality="text", text=text, inference_id=name, done=True)
        outcome = EchoHeard(name, self._server, text, name)
        return await self._ask(asks.Echo(event_id=name, properties=properties), outcome)

    async def respond(self, text: str, *, interrupt: bool = False) -> Heard:
        """Have the replica answer this as if we had said it; returns when the answer was heard.

        Tools that are called meanwhile belong to the answer: what is said while their results are awaited,
        and what is said of them. After a call that nobody answers it is over in half a minute.

        Args:
            text: a turn of the user.
            interrupt: cut off what the replica is saying, in place of waiting for its end.

        Returns:
            What was heard of the answer.

        Raises:
            InteractionRefused: the server refuses it.
            InteractionDropped: an interruption, or another turn, came before any of it was heard.
            LayerFailure: the language model failed.
            CallEnded: the call was over first.
        """
        name = new_name()
        properties = asks.RespondProperties(text=text, **({"interrupt": True} if interrupt else {}))
        outcome = ReplyHeard(name, self._server, text, self._tools_run, self._is_silent)
        return await self._ask(asks.Respond(event_id=name, properties=properties), outcome)

    async def interrupt(self) -> bool:
        """Stop the replica, and drop all that waits; returns when it is silent.

        Returns:
            Whether there was anything to stop.

        Raises:
            InteractionFailed: there is no sign of silence: within 15 s of a server that acknowledges, within
                5 s of another one.
            CallEnded: the call was over first.
        """
        name = new_name()
        return await self._ask(asks.Interrupt(event_id=name), Silenced(name, self._server))

    async def append_context(self, context: str, *, job_completed: bool = False) -> None:
        """Tell the language model something more, silently.

        Args:
            context: is added to the conversational context.
            job_completed: a job has finished: the replica reports it when the floor is free.

        Raises:
            InteractionFailed: as for all interactions: refused, or not acknowledged by a server that does.
        """
        done = {"job_status": "completed"} if job_completed else {}
        properties = asks.AppendContextProperties(context=context, **done)
        await self._apply(asks.AppendContext(event_id=new_name(), properties=properties))

    async def overwrite_context(self, context: str) -> None:
        """Replace the conversational context, silently."""
        properties = asks.OverwriteContextProperties(context=context)
        await self._apply(asks.OverwriteContext(event_id=new_name(), properties=properties))

    async def sensitivity(
        self, *, pause: asks.Sensitivity_ | None = None, interrupt: asks.Sensitivity_ | None = None
    ) -> None:
        """Change turn-taking.

        Args:
            pause: how short a pause of the user is enough for the replica to answer; high: a short one.
            interrupt: how readily the user's speech stops the replica.
        """
        given = {"participant_pause_sensitivity": pause, "participant_interrupt_sensitivity": interrupt}
        properties = asks.SensitivityProperties(**{key: value for key, value in given.items() if value})
        await self._apply(asks.Sensitivity(event_id=new_name(), properties=properties))

    async def set_emotion(self, emotion: str) -> None:
        """Have the replica look like this until the next time: ``happiness``, ``sadness``, ``neutral`` …."""
        properties = asks.SetEmotionProperties(emotion=emotion)
        await self._apply(asks.SetEmotion(event_id=new_name(), properties=properties))

    async def tool_result(
        self, tool_call_id: str, output: Any, *, status: Literal["success", "error"] = "success"
    ) -> None:
        """Give the language model the result of a tool call; ``use`` does it for functions of yours.

        Args:
            tool_call_id: of the ``ToolCall``.
            output: anything JSON can say.
            status: ``error`` if ``output`` says why there is no result.

        Raises:
            InteractionRefused: no such call waits for its result.
        """
        properties = asks.ToolResultProperties(tool_call_id=tool_call_id, output=output, status=status)
        await self._apply(asks.ToolResult(event_id=name_of_result(tool_call_id), properties=properties))
        if not self._server.acks:
            self._waiting.tool_answered(tool_call_id, None)

    async def confirm_objective(self, name: str, output_variables: dict[str, Any] | None = None) -> None:
        """Confirm a pending objective.

        Args:
            name: its ``objective_name``.
            output_variables: in place of what was collected.
        """
        given = {"objective_name": name, "output_variables": output_variables}
        properties = asks.ObjectiveConfirmProperties(
            **{key: value for key, value in given.items() if value is not None}
        )
        await self._apply(asks.ObjectiveConfirm(event_id=new_name(), properties=properties))

    # Receiving

    def events(self) -> AsyncIterator[AnyEvent]:
        """What the conversation tells, typed, each event once and in order, until the call is over.

        They are kept from the join on (10,000 of them) for one reader: a second loop goes on where the first
        was left. More readers use ``on``.
        """
        return aiter(self._events)

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages of everybody as they came, events among them, until the call is over; one reader."""
        return aiter(self._messages)

    @overload
    def on(self, kind: type[HappeningT], handler: Callable[[HappeningT], Any]) -> Callable[[], None]: ...
    @overload
    def on(self, kind: str, handler: Callable[[Any], Any]) -> Callable[[], None]: ...
    def on(self, kind: Any, handler: Callable[[Any], Any]) -> Callable[[], None]:
        """Call a function for everything of a kind, from now on.

        Args:
            kind: a model of ``visavis.protocol.events`` (``EventMessage`` for all), ``ParticipantJoined``,
                ``ParticipantLeft`` or ``StateChange``; or a name: an ``event_type`` with or without
                ``conversation.``, ``participant_joined``, ``participant_left``, ``state``.
            handler: takes it. An asynchronous one runs as a task: events do not wait for it, and it is
                cancelled when the call is left.

        Returns:
            What to call to have it no more.
        """
        return self._handlers.add(kind, handler)

    def use(self, tools: Tools) -> Callable[[], None]:
        """Run these functions when the replica calls them; calls of others are left alone.

        Returns:
            What to call to run them no more.
        """
        return self._use(tools, self)

    def _use(self, tools: Tools, seen_as: Any) -> Callable[[], None]:
        from visavis.client.tool_runner import ToolRunner

        runner = ToolRunner(tools, self, seen_as, self._spawn)
        unsubscribe = self.on(EventMessage, runner.take)
        self._runners.append(runner)

        def no_more() -> None:
            unsubscribe()
            if runner in self._runners:
                self._runners.remove(runner)

        return no_more

    # For the transport

    @abstractmethod
    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run this as a task for as long as the call goes on; an error of it must be seen."""

    def _take(self, message: ReceivedMessage) -> None:
        """An app message has come."""
        self._messages.push(message)
        if is_interaction(message.data):
            self._others_asked(message.data)
        elif (event := read_event(message.data)) is not None:
            self._tell_event(event)

    def _tell_event(self, event: AnyEvent) -> None:
        """An event of the conversation; one that was told already, by its ``seq``, is not told again."""
        if event.seq is not None:
            if event.seq <= self._last_seq:
                return
            self._last_seq = event.seq
        if event.message_type == "visavis":
            self._server.acks = True
        if isinstance(event, ReplicaStartedSpeaking):
            self._server.speaking = event.inference_id or ""
        if isinstance(event, Ack) and event.properties.accepted:
            self._accepted(event)
        self._told_shutdown = self._told_shutdown or isinstance(event, Shutdown)
        self._events.push(event)
        self._handlers.tell(event)
        self._waiting.feed(event)
        if isinstance(event, ReplicaStoppedSpeaking):
            self._server.speaking = None

    def _set_state(self, state: State, reason: str = "") -> None:
        self.state = state
        self._handlers.tell(StateChange(state, reason))

    def _end(self, reason: str) -> None:
        """The call is over."""
        if self.closed.is_set():
            return
        self.closed_reason = reason
        self.closed.set()
        for buffer in (self._messages, self._events):
            buffer.close()
        self._waiting.over(reason)
        self._set_state("closed", reason)

    def _tell_arrival(self, arrival: ParticipantJoined | ParticipantLeft) -> None:
        self._handlers.tell(arrival)

    # Inside

    async def _ask(self, interaction: asks.InteractionMessage, outcome: Outcome[T]) -> T:
        message = interaction.wire()
        with self._waiting.expecting(outcome, message) as waiter:
            await self.send(message)
            waiter.sent = True
            return await waiter.future

    async def _apply(self, interaction: asks.InteractionMessage) -> None:
        await self._ask(interaction, Applied(interaction.event_id or "", self._server))

    def _others_asked(self, interaction: dict[str, Any]) -> None:
        """Another participant's interaction: a tool's result tells those who wait for what follows."""
        properties = interaction.get("properties")
        named = call_of_result(str(interaction.get("event_id"))) is not None  # the acknowledgement tells more
        is_result = interaction["event_type"] == "conversation.tool_result" and not named
        if is_result and isinstance(properties, dict):
            self._waiting.tool_answered(str(properties.get("tool_call_id")), None)

    def _accepted(self, ack: Ack) -> None:
        """Of anybody's interaction: a tool's result is told by its name."""
        tool_call_id = call_of_result(ack.properties.event_id)
        if tool_call_id is not None:
            self._waiting.tool_answered(tool_call_id, ack.properties.reason == QUEUED)

    def _tools_run(self, inference_id: str) -> bool:
        return any(inference_id in runner.running for runner in self._runners)

    def _is_silent(self, name: str) -> bool:
        return any(runner.is_silent(name) for runner in self._runners)
