"""A program's place in a conversation in virtual time: what ``visavis.client.Call`` is in a real one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Literal

from visavis.client.base import BaseCall
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.errors import CallEnded
from visavis.media.buffer import LiveBuffer
from visavis.protocol.base import Message
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft, RoomCaps
from visavis.rooms.webrtc.wire import dump_payload
from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.room import Room

Start = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
"""Begins a task in the conversation's loop."""


class ScriptedCall(BaseCall):
    """As ``visavis.client.Call``; to be used by coroutines that the conversation runs.

    Its voice and picture end with the call and bring nothing before: there are none in virtual time. What a
    handler raises comes out of the method in which time passes.
    """

    def __init__(
        self,
        participant_id: str,
        room: Room,
        clock: Clock,
        sent: Callable[[str, Any, str], None],
        start: Start,
    ) -> None:
        """Use ``ScriptedConversation.run_app`` instead."""
        super().__init__()
        self.participant_id = participant_id
        self._room, self._clock, self._sent = room, clock, sent
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()
        self._audio: LiveBuffer[ReceivedAudio] = LiveBuffer(1)
        self._pictures: LiveBuffer[ReceivedPicture] = LiveBuffer(1)

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        return list(self._room.people.values())

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message, or an interaction, and wait for nothing.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            CallEnded: the call is over.
        """
        message = data.wire() if isinstance(data, Message) else data
        payload = dump_payload(message, RoomCaps("virtual").max_message_bytes)
        if self.closed.is_set():
            raise CallEnded(self.closed_reason)
        self._sent(self.participant_id, json.loads(payload), to)

    def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """Ends with the call."""
        return aiter(self._audio)

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """Ends with the call."""
        return aiter(self._pictures)

    def received(self, sender_id: str, data: Any) -> None:
        """For the room: an app message has come."""
        self._take(ReceivedMessage(sender_id, data, self._clock.now))

    def told(self, event: ParticipantJoined | ParticipantLeft) -> None:
        """For the room: somebody else came or went."""
        self._tell_arrival(event)

    def over(self, reason: str) -> None:
        """For the room: the call is over."""
        self._end(reason)
        for buffer in (self._audio, self._pictures):
            buffer.close()
        if reason == "left":
            for task in self._tasks:
                task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """In the conversation's loop, also while the room, outside of it, tells what happens."""
        task = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
