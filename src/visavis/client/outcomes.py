"""What becomes of one interaction, told from the events that follow it. No I/O and no clock.

An outcome is fed every event in order. Where only silence can tell (a server that acknowledges nothing, a
chat in an old dialect), it asks to be told when nothing has come for a while.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from visavis.errors import (
    CallEnded,
    InteractionDropped,
    InteractionFailed,
    InteractionRefused,
)
from visavis.protocol.events import Ack, EventMessage, ReplicaStoppedSpeaking

T = TypeVar("T")

QUEUED = "queued"
"""The reason of an acknowledgement: accepted, but it waits for the floor."""
ACK_SECONDS = 2.0
"""Within which a server that has acknowledged nothing yet does so, if it ever does."""
SURE_SECONDS = 15.0
"""Within which one that acknowledges does so."""
SILENCE_SECONDS = 5.0
"""Within which a replica that is interrupted stops, as told by its events."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of the replica.

    Attributes:
        speech: the words, cut where they were cut; in a chat what was written.
        interrupted: whether it was cut off.
        duration: seconds; None where nobody tells (a chat, the oldest dialect).
        inference_id: ties it to its events.
    """

    speech: str
    interrupted: bool
    duration: float | None
    inference_id: str


@dataclass(slots=True)
class Server:
    """What is known of the other side.

    Attributes:
        acks: whether it acknowledges interactions; None: not known yet.
        speaking: the inference that is heard now.
    """

    acks: bool | None = None
    speaking: str | None = None


class Outcome(ABC, Generic[T]):
    """What becomes of one interaction.

    Args:
        event_id: the client's name for it.
        server: what is known of the other side when it is sent.

    Attributes:
        result: once it is known.
        failure: instead of it.
        acked: whether it was acknowledged.
        patience: seconds without a sign after which ``give_up`` is to be called; None: never.
        sign: set with every sign; whoever measures the patience takes it away.
    """

    def __init__(self, event_id: str, server: Server) -> None:
        self.event_id, self.server = event_id, server
        self.result: T | None = None
        self.failure: InteractionFailed | None = None
        self.acked = False
        self.patience: float | None = None
        self.sign = True

    @property
    def done(self) -> bool:
        """Whether there is a result or a failure."""
        return self.result is not None or self.failure is not None

    def knows(self, event: EventMessage) -> bool:
        """Whether an event carries an id that is known to be this interaction's."""
        return False

    def claims(self, event: EventMessage) -> bool:
        """Whether an event that nobody knows shows by what it says that it is this interaction's."""
        return False

    def feed(self, event: EventMessage, ours: bool = False) -> None:
        """Take the next event.

        Args:
            event: any.
            ours: whether it is this interaction's: known or claimed.
        """
        if not isinstance(event, Ack):
            self._follow(event, ours)
        elif event.properties.event_id == self.event_id:
            self._acknowledged(event)

    @abstractmethod
    def give_up(self) -> None:
        """There was no sign for ``patience`` seconds."""

    def over(self, reason: str) -> None:
        """The call is over."""
        if not self.done:
            self.failure = CallEnded(reason)

    def tool_answered(self, tool_call_id: str, queued: bool | None) -> None:
        """A participant gave the result of a tool call.

        Args:
            tool_call_id: whose.
            queued: whether the reply to it waits behind what is said now; None: not known.
        """
        return None

    @abstractmethod
    def _accepted(self, ack: Ack) -> None:
        """The first acknowledgement has come, and it was accepted."""

    def _follow(self, event: EventMessage, ours: bool) -> None:
        return None

    def _acknowledged(self, ack: Ack) -> None:
        first, self.acked, self.sign = not self.acked, True, True
        reason = ack.properties.reason or "no reason given"
        if ack.properties.accepted:
            if first:
                self._accepted(ack)
        elif first:
            self._refused(reason)
        else:
            self.failure = InteractionDropped(reason)

    def _refused(self, reason: str) -> None:
        self.failure = InteractionRefused(reason)

    def _wait(self, seconds: float | None) -> None:
        self.patience, self.sign = seconds, True


class Applied(Outcome[bool]):
    """An interaction that changes something silently: over with its acknowledgement, if there is one."""

    def __init__(self, event_id: str, server: Server) -> None:
        super().__init__(event_id, server)
        self.patience = SURE_SECONDS if server.acks else ACK_SECONDS
        if server.acks is False:
            self.result = False

    def _accepted(self, ack: Ack) -> None:
        self.result = True

    def give_up(self) -> None:
        """A server that acknowledges would have."""
        if self.server.acks:
            self.failure = InteractionFailed(f"no acknowledgement within {SURE_SECONDS:g} s")
        else:
            self.server.acks = self.result = False


class Silenced(Outcome[bool]):
    """An interrupt: over when the replica is silent. The result is whether there was anything to stop."""

    def __init__(self, event_id: str, server: Server) -> None:
        super().__init__(event_id, server)
        self._spoke = server.speaking is not None
        if server.acks:
            self.patience = SURE_SECONDS
        elif self._spoke:
            self.patience = SILENCE_SECONDS
        elif server.acks is None:
            self.patience = ACK_SECONDS
        else:
            self.result = False

    def _accepted(self, ack: Ack) -> None:
        self.result = True

    def _refused(self, reason: str) -> None:
        self.result = False

    def _follow(self, event: EventMessage, ours: bool) -> None:
        if isinstance(event, ReplicaStoppedSpeaking) and self._spoke and not self.server.acks:
            self.result = True

    def give_up(self) -> None:
        """Where nothing is acknowledged, silence without an event was there before."""
        if self.server.acks or self._spoke:
            self.failure = InteractionFailed(f"no sign of silence within {self.patience:g} s")
        else:
            self.server.acks = self.result = False
