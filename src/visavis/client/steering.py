"""A conversation from outside of its room: events by its log, interactions by REST, no media, no presence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

from visavis.client.following import OVER
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.errors import ApiError, ApiUnreachable, CallEnded, ConfigurationError, InteractionRefused
from visavis.media.buffer import LiveBuffer
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft

if TYPE_CHECKING:
    from visavis.client.api import Client

KEPT_MESSAGES = 10_000


class Steering:
    """A ``Transport``: whoever uses it is no participant, so nobody greets it and nobody waits for it.

    Attributes:
        participant_id: empty.
        lost: never true: lost connections are taken up by ``Conversations.follow``.
    """

    def __init__(self, client: Client, conversation_id: str) -> None:
        """Use ``Steering.begin`` instead."""
        self.participant_id = ""
        self.closed = asyncio.Event()
        self.closed_reason = ""
        self.lost = False
        self._client, self._conversation_id = client, conversation_id
        self._messages: LiveBuffer[ReceivedMessage] = LiveBuffer(KEPT_MESSAGES)

    @classmethod
    @asynccontextmanager
    async def begin(cls, client: Client, conversation_id: str, after: int) -> AsyncIterator[Steering]:
        """Follow a conversation for the length of a ``with`` block.

        Args:
            client: with a key.
            conversation_id: whose.
            after: the ``seq`` that was seen last.

        Raises:
            ApiError: there is no such conversation.
        """
        await client.conversations.get(conversation_id)
        made = cls(client, conversation_id)
        following = asyncio.create_task(made._follow(after))
        try:
            yield made
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            made._over("left")

    @property
    def participants(self) -> list[Participant]:
        """Nobody is seen from here."""
        return []

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an interaction.

        Raises:
            ConfigurationError: it is none: other messages need a place in the room.
            InteractionRefused: the server does not take it.
            CallEnded: the conversation is over.
        """
        if not isinstance(data, dict) or to != "*":
            raise ConfigurationError("from outside of the room only interactions can be sent: join it")
        if self.closed.is_set():
            raise CallEnded(self.closed_reason)
        try:
            await self._client.interactions.send({**data, "conversation_id": self._conversation_id})
        except ApiError as error:
            raise InteractionRefused(str(error)) from error

    def messages(self) -> AsyncIterator[ReceivedMessage]:
        """The events."""
        return aiter(self._messages)

    async def arrivals(self) -> AsyncIterator[ParticipantJoined | ParticipantLeft]:
        """None."""
        return
        yield

    async def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """None."""
        return
        yield

    async def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """None."""
        return
        yield

    async def _follow(self, after: int) -> None:
        reason = "the conversation has ended"
        try:
            async for event in self._client.conversations.follow(self._conversation_id, after=after):
                self._messages.push(ReceivedMessage("", event, time.monotonic()))
                if event["event_type"] == OVER:
                    reason = str((event.get("properties") or {}).get("shutdown_reason") or reason)
        except (ApiUnreachable, ApiError) as error:
            reason = str(error)
        finally:
            self._over(reason)

    def _over(self, reason: str) -> None:
        if not self.closed.is_set():
            self.closed_reason = reason
            self.closed.set()
            self._messages.close()
