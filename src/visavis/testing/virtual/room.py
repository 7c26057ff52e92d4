"""The room in virtual time: who is in it, and who is told what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from visavis.rooms.base import LeaveReason, Participant, ParticipantJoined, ParticipantLeft

REPLICA = "replica"
"""The replica's participant id."""

AppMessageCallback = Callable[[dict[str, Any]], object]


class Guest(Protocol):
    """A program in the room, as the room sees it."""

    participant_id: str

    def received(self, sender_id: str, data: Any) -> None:
        """An app message has come."""

    def told(self, event: ParticipantJoined | ParticipantLeft) -> None:
        """Somebody else came or went."""

    def over(self, reason: str) -> None:
        """The call is over."""


class Room:
    """People and programs; what one sends reaches all others.

    Args:
        replica_name: how the replica is called.
        epoch: Unix seconds at the beginning.

    Attributes:
        people: everyone by id, the replica included.
        callbacks: each is called with every event as it goes on the wire.
    """

    def __init__(self, replica_name: str, epoch: float) -> None:
        self._epoch = epoch
        self.people: dict[str, Participant] = {
            REPLICA: Participant(REPLICA, "tavus-replica", replica_name, "replica", epoch)
        }
        self._guests: dict[str, Guest] = {}
        self.callbacks: list[AppMessageCallback] = []

    @property
    def persons(self) -> list[str]:
        """The ids of all but the replica, in the order in which they came."""
        return [person.id for person in self.people.values() if person.kind == "person"]

    def enter(self, participant_id: str, user_name: str, now: float, guest: Guest | None = None) -> None:
        """Somebody comes.

        Raises:
            ValueError: there is somebody of this id.
        """
        if participant_id in self.people:
            raise ValueError(f"{participant_id} is in the room already")
        person = Participant(participant_id, "", user_name, "person", self._epoch + now)
        self._tell(ParticipantJoined(person))
        self.people[participant_id] = person
        if guest is not None:
            self._guests[participant_id] = guest

    def leave(self, participant_id: str, lost: bool) -> None:
        """Somebody goes.

        Raises:
            ValueError: they are not here.
        """
        if participant_id not in self.people:
            raise ValueError(f"{participant_id} is not in the room")
        reason: LeaveReason = "connection lost" if lost else "left"
        person = self.people.pop(participant_id)
        guest = self._guests.pop(participant_id, None)
        self._tell(ParticipantLeft(person, reason))
        if guest is not None:
            guest.over(reason)

    def broadcast(self, wire: dict[str, Any]) -> None:
        """An event of the conversation reaches everybody."""
        for callback in list(self.callbacks):
            callback(wire)
        for guest in list(self._guests.values()):
            guest.received(REPLICA, wire)

    def relay(self, sender_id: str, data: Any, to: str) -> None:
        """A participant's message reaches the other programs it is for."""
        for guest in list(self._guests.values()):
            if guest.participant_id != sender_id and to in ("*", guest.participant_id):
                guest.received(sender_id, data)

    def close(self, reason: str) -> None:
        """The call is over."""
        for guest in list(self._guests.values()):
            guest.over(reason)
        self._guests.clear()

    @property
    def watched(self) -> bool:
        """Whether anybody reads events off the wire."""
        return bool(self.callbacks or self._guests)

    def _tell(self, event: ParticipantJoined | ParticipantLeft) -> None:
        for guest in self._guests.values():
            guest.told(event)
