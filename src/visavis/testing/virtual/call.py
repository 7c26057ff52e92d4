"""A program's place in a conversation in virtual time: what ``visavis.client.Call`` is in a real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.errors import SignallingError
from visavis.media.buffer import LiveBuffer
from visavis.protocol.interactions import Echo, EchoProperties, Interrupt, Respond, RespondProperties
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft, RoomCaps
from visavis.rooms.webrtc.wire import dump_payload
from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.room import Room

KEPT_MESSAGES = 10_000


class ScriptedCall:
    """The methods of ``visavis.client.Call``; to be used by coroutines that the conversation runs.

    Its voice and picture end with the call and bring nothing before: there are none in virtual time.

    Attributes:
        participant_id: our own id in the room.
        closed: set when the call is over.
        closed_reason: why.
    """

    def __init__(
        self, participant_id: str, room: Room, clock: Clock, sent: Callable[[str, Any, str], None]
    ) -> None:
        """Use ``ScriptedConversation.run_app`` instead."""
        self.participant_id = participant_id
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self._room, self._clock, self._sent = room, clock, sent
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)
        self._events: LiveBuffer[ParticipantJoined | ParticipantLeft] = LiveBuffer(KEPT_MESSAGES)
        self._audio: LiveBuffer[ReceivedAudio] = LiveBuffer(1)
        self._pictures: LiveBuffer[ReceivedPicture] = LiveBuffer(1)

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        return list(self._room.people.values())

    @property
    def replica(self) -> Participant | None:
        """The replica; None once it left."""
        return next((person for person in self.participants if person.kind == "replica"), None)

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message to all others, or to one.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            SignallingError: when the call is over.
        """
        payload = dump_payload(data, RoomCaps("virtual").max_message_bytes)
        if self.closed.is_set():
            raise SignallingError(f"the call is over: {self.closed_reason}")
        self._sent(self.participant_id, json.loads(payload), to)

    async def echo(self, text: str) -> None:
        """Have the replica say exactly this."""
        await self.send(Echo(properties=EchoProperties(modality="text", text=text, done=True)).wire())

    async def respond(self, text: str) -> None:
        """Have the replica answer this as if we had said it."""
        await self.send(Respond(properties=RespondProperties(text=text)).wire())

    async def interrupt(self) -> None:
        """Stop the replica now."""
        await self.send(Interrupt().wire())

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """App messages in the order of arrival, until the call is over."""
        return aiter(self._messages)

    def events(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """Arrivals and departures of others, until the call is over."""
        return aiter(self._events)

    def audio(self) -> AsyncIterator[ReceivedAudio]:
        """Ends with the call."""
        return aiter(self._audio)

    def video(self) -> AsyncIterator[ReceivedPicture]:
        """Ends with the call."""
        return aiter(self._pictures)

    def received(self, sender_id: str, data: Any) -> None:
        """For the room: an app message has come."""
        self._messages.push(ReceivedMessage(sender_id, data, self._clock.now))

    def told(self, event: ParticipantJoined | ParticipantLeft) -> None:
        """For the room: somebody else came or went."""
        self._events.push(event)

    def over(self, reason: str) -> None:
        """For the room: the call is over."""
        if self.closed.is_set():
            return
        self.closed_reason = reason
        self.closed.set()
        for buffer in (self._messages, self._events, self._audio, self._pictures):
            buffer.close()
