"""The conversations that one worker process holds, and what the server may ask of them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from visavis.errors import CapacityExceeded, SignallingError, UnknownConversation, UnknownParticipant
from visavis.logs import short
from visavis.protocol.shutdown import SESSION_CRASHED
from visavis.rooms.base import Participant, Room
from visavis.session.memory import Clearing
from visavis.session.spec import ConversationSpec

MAX_PARTICIPANTS = 16
"""Of a room whose creator set no limit: each costs a peer connection of this process."""
JOIN_GRACE = 15.0
"""Seconds after which an accepted participant must have shown up in the room."""
GOODBYE = 4.0
"""Seconds that ending calls have to say goodbye when the process shuts down."""

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Told what happens in one conversation, in order."""

    def event(self, seq: int, message: dict[str, Any]) -> None:
        """An event was broadcast; ``message`` is its JSON object on the wire."""
        ...

    def logged(self, lines: list[str]) -> None:
        """These inputs came, as JSON lines (``conversation.log``)."""
        ...

    def called_back(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told (``effects.CallBack``)."""
        ...


class Reporter(Protocol):
    """Told what happens in all conversations of a host; the server's end of it."""

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """An event was broadcast."""
        ...

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """These inputs came, as JSON lines."""
        ...

    def called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told."""
        ...

    def relayed(self, conversation_id: str, participant_id: str, frame: str) -> None:
        """A frame for a participant who was attached."""
        ...

    def ended(self, conversation_id: str, reason: str) -> None:
        """A conversation is over; said once."""
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """One conversation's part of what a reporter is told."""

    conversation_id: str
    to: Reporter

    def event(self, seq: int, message: dict[str, Any]) -> None:
        """An event was broadcast."""
        self.to.event(self.conversation_id, seq, message)

    def logged(self, lines: list[str]) -> None:
        """These inputs came."""
        self.to.logged(self.conversation_id, lines)

    def called_back(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told."""
        self.to.called_back(self.conversation_id, kind, subject, body)


class Joined(Protocol):
    """A room's answer to an offer."""

    @property
    def participant_id(self) -> str:
        """Names the participant from now on."""
        ...

    @property
    def answer_sdp(self) -> str:
        """With all candidates in it."""
        ...


class SignallingRoom(Room, Protocol):
    """A room that people join by an SDP offer, or by what the server relays."""

    async def accept(self, offer_sdp: str, *, user_id: str, user_name: str) -> Joined:
        """Answer an offer.

        Raises:
            SignallingError: it cannot be answered.
        """
        ...

    async def add_candidate(self, participant_id: str, sdpfrag: str) -> str | None:
        """Take trickled candidates in; an ICE restart is answered by a fragment."""
        ...

    async def leave(self, participant_id: str) -> None:
        """Disconnect a participant who said goodbye."""
        ...

    def attach(self, participant: Participant, deliver: Callable[[str], None]) -> None:
        """Let somebody in who is connected by other means."""
        ...

    def relay(self, participant_id: str, frame: str | None) -> None:
        """Take a frame of theirs; None for one that is no text."""
        ...

    def read(self, participant_id: str, size: int) -> None:
        """They took so many bytes of what was delivered."""
        ...

    def detach(self, participant_id: str, lost: bool) -> None:
        """They are gone."""
        ...


class Live(Protocol):
    """A conversation in progress."""

    async def run(self) -> str:
        """Hold it until it is over; returns the ``shutdown_reason``."""
        ...

    def interact(self, message: object) -> None:
        """Take an interaction in."""
        ...

    def end(self, reason: str) -> None:
        """Make ``run`` return soon."""
        ...

    def stats(self) -> dict[str, Any]:
        """For metrics."""
        ...


class Studio(Protocol):
    """Makes conversations out of loaded engines."""

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        """A room and the conversation in it, not yet running."""
        ...


@dataclass(slots=True)
class Call:
    """One conversation held here.

    Attributes:
        admitted: ids of all whose offer was answered.
        arriving: those of them who have not shown up yet, and when they were answered (the loop's clock).
        accepting: offers that are being answered.
    """

    spec: ConversationSpec
    room: SignallingRoom
    live: Live
    admitted: set[str] = field(default_factory=set)
    arriving: dict[str, float] = field(default_factory=dict)
    accepting: int = 0

    def occupancy(self, now: float) -> int:
        """Participants, the replica included, with those who are on their way in."""
        here = {p.id for p in self.room.participants() if p.kind == "person"}
        self.arriving = {
            who: when for who, when in self.arriving.items() if who not in here and now - when < JOIN_GRACE
        }
        return 1 + len(here) + len(self.arriving) + self.accepting


class Host:
    """Holds conversations side by side.

    Args:
        studio: makes them.
        reporter: told what happens.
    """

    def __init__(self, studio: Studio, reporter: Reporter) -> None:
        self._studio, self._reporter = studio, reporter
        self._calls: dict[str, Call] = {}
        self._opening: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clearing = Clearing(idle=lambda: not (self._tasks or self._opening))

    async def create(self, spec: dict[str, Any]) -> None:
        """Begin a conversation.

        Raises:
            UnknownConversation: it was ended while its room opened.
        """
        about = ConversationSpec.model_validate(spec)
        name = about.conversation_id
        self._opening.add(name)
        try:
            room, live = await self._studio.open(about, _replica_of(about), Report(name, self._reporter))
            if name not in self._opening:
                await room.close("ended while it opened")
                raise UnknownConversation("the conversation was ended while its room opened")
        finally:
            self._opening.discard(name)
        self._calls[name] = call = Call(about, room, live)
        task = asyncio.create_task(self._hold(call))
        self._tasks.add(task)
        task.add_done_callback(self._held)
        log.info("conversation began", conversation=short(name))

    async def join(self, conversation_id: str, offer: str, user_id: str, user_name: str) -> dict[str, str]:
        """Let a participant in.

        Raises:
            CapacityExceeded: the room is full.
            SignallingError: the offer cannot be answered.
        """
        call = self._call(conversation_id)
        now = asyncio.get_running_loop().time()
        _check_room(call, now)
        call.accepting += 1
        try:
            joined = await call.room.accept(offer, user_id=user_id, user_name=user_name)
        finally:
            call.accepting -= 1
        call.admitted.add(joined.participant_id)
        call.arriving[joined.participant_id] = now
        return {"participant_id": joined.participant_id, "answer": joined.answer_sdp}

    def attach(self, conversation_id: str, participant_id: str, user_id: str, user_name: str) -> None:
        """Let somebody in whose frames the server relays.

        Raises:
            CapacityExceeded: the room is full.
        """
        call = self._call(conversation_id)
        _check_room(call, asyncio.get_running_loop().time())
        participant = Participant(participant_id, user_id, user_name, "person", time.time())
        call.admitted.add(participant_id)
        call.room.attach(
            participant, lambda frame: self._reporter.relayed(conversation_id, participant_id, frame)
        )

    def relay(self, conversation_id: str, participant_id: str, frame: str | None) -> None:
        """Take a relayed participant's frame; void once they or the conversation are gone."""
        call = self._calls.get(conversation_id)
        if call is not None:
            with contextlib.suppress(SignallingError):  # gone while the frame was on its way
                call.room.relay(participant_id, frame)

    def read(self, conversation_id: str, participant_id: str, size: int) -> None:
        """A relayed participant took so many bytes; void once they or the conversation are gone."""
        call = self._calls.get(conversation_id)
        if call is not None:
            with contextlib.suppress(SignallingError):
                call.room.read(participant_id, size)

    def detach(self, conversation_id: str, participant_id: str, lost: bool) -> None:
        """A relayed participant is gone; void once the conversation is."""
        call = self._calls.get(conversation_id)
        if call is not None:
            with contextlib.suppress(SignallingError):  # gone already
                call.room.detach(participant_id, lost)

    async def add_candidate(self, conversation_id: str, participant_id: str, sdpfrag: str) -> str | None:
        """Take a participant's candidates in; an ICE restart is answered by a fragment."""
        call = self._call_of(conversation_id, participant_id)
        return await call.room.add_candidate(participant_id, sdpfrag)

    async def leave(self, conversation_id: str, participant_id: str) -> None:
        """Let a participant go."""
        call = self._call_of(conversation_id, participant_id)
        call.arriving.pop(participant_id, None)
        with contextlib.suppress(SignallingError):  # gone before the goodbye came
            await call.room.leave(participant_id)

    def interact(self, conversation_id: str, message: object) -> None:
        """Pass an interaction on."""
        self._call(conversation_id).live.interact(message)

    def end(self, conversation_id: str, reason: str) -> None:
        """End one conversation; ``on_ended`` tells when it is done."""
        if conversation_id in self._opening:
            self._opening.discard(conversation_id)
            return
        self._call(conversation_id).live.end(reason)

    async def shutdown(self, reason: str) -> None:
        """End all conversations and wait for their goodbyes."""
        for call in self._calls.values():
            call.live.end(reason)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GOODBYE)

    def stats(self) -> dict[str, Any]:
        """Figures of all conversations together."""
        each = [call.live.stats() for call in self._calls.values()]
        return {
            "conversations": len(each),
            "participants": sum(stats.get("participants", 0) for stats in each),
            "vision_failing": sum(stats.get("vision_state") == "failing" for stats in each),
            "vision_age": max((age for stats in each if (age := stats.get("vision_age"))), default=0.0),
        }

    def _call(self, conversation_id: str) -> Call:
        try:
            return self._calls[conversation_id]
        except KeyError:
            raise UnknownConversation("the conversation is over") from None

    def _call_of(self, conversation_id: str, participant_id: str) -> Call:
        call = self._call(conversation_id)
        if participant_id not in call.admitted:
            raise UnknownParticipant("no such participant")
        return call

    async def _hold(self, call: Call) -> None:
        """Run one conversation; whatever goes wrong in it ends it alone."""
        name = call.spec.conversation_id
        reason = SESSION_CRASHED
        try:
            reason = await call.live.run()
        except Exception as error:
            log.error("conversation crashed", conversation=short(name), exc_info=error)
        finally:
            del self._calls[name]
            self._reporter.ended(name, reason)
            await call.room.close(reason)
            log.info("conversation over", conversation=short(name), reason=reason)

    def _held(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._clearing.call_over()


def _check_room(call: Call, now: float) -> None:
    if call.occupancy(now) >= (call.spec.max_participants or MAX_PARTICIPANTS):
        raise CapacityExceeded("the room is full: its maximum number of participants is reached")


def _replica_of(spec: ConversationSpec) -> Participant:
    """The participant that clients recognise by ``tavus-replica`` in its ``user_id`` (PROTOCOL 6)."""
    return Participant(
        id=secrets.token_hex(8),
        user_id=f"tavus-replica-{spec.replica_id}",
        user_name=spec.persona_name,
        kind="replica",
        joined_at=time.time(),
    )
