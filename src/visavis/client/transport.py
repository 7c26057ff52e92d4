"""What carries a call: a place in a room until it is left or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft


class Transport(Protocol):
    """One connection: ``Connection`` by WebRTC, ``DailyConnection`` by Daily.

    Attributes:
        participant_id: our own id in the room.
        closed: set when it is over; the iterators then bring what is left, and end.
        closed_reason: why.
        lost: whether it broke off, though the conversation goes on as far as is known.
    """

    participant_id: str
    closed: asyncio.Event
    closed_reason: str
    lost: bool

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        ...

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message.

        Raises:
            MessageTooLarge: it does not fit.
            CallEnded: this connection is over.
        """
        ...

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages in the order of arrival."""
        ...

    def arrivals(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """Arrivals and departures of others."""
        ...

    def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """The replica's voice, or somebody's microphone."""
        ...

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """The replica's picture, or somebody's."""
        ...


Dial = Callable[[], AbstractAsyncContextManager[Transport]]
"""Makes a new connection for the length of a ``with`` block; raises ``SignallingError`` when it cannot."""
