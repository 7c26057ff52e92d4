"""A participant in a call, across lost connections."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal, Self, TypeVar, Unpack

import structlog

from visavis.client.base import BaseCall
from visavis.client.connection import Connection
from visavis.client.kinds import read_event
from visavis.client.options import JoinOptions, Signal
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.client.transport import Dial, Transport
from visavis.client.whip import Pass, Whip
from visavis.errors import CallEnded, SignallingError
from visavis.protocol.base import Message
from visavis.protocol.events import Shutdown, ShutdownProperties
from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft

__all__ = ["Call", "ReceivedAudio", "ReceivedMessage", "ReceivedPicture", "Signal"]

T = TypeVar("T")

log = structlog.get_logger(__name__)

PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each try to connect again; a server waits 30 s and more for those it lost."""


class Call(BaseCall):
    """A place in a call. Made by ``async with Call.join(…)`` or ``async with client.join(…)``.

    A connection that breaks off is made anew, with what was missed meanwhile; ``state`` tells. What runs for
    the call, handlers and tools, is cancelled when it is left.
    """

    def __init__(self, dial: Dial, desk: Whip | None) -> None:
        """Use ``Call.join`` instead.

        Args:
            dial: makes a connection.
            desk: knows why a conversation is over, and what was missed; None where nobody does.
        """
        super().__init__()
        self._dial, self._desk = dial, desk
        self._connection: Transport | None = None
        self._begun = asyncio.Event()
        self._changed = asyncio.Event()
        self._former: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    @asynccontextmanager
    async def join(
        cls, url: str, *, token: str | None = None, **options: Unpack[JoinOptions]
    ) -> AsyncIterator[Self]:
        """Be in a call for the length of a ``with`` block.

        Args:
            url: the ``conversation_url``.
            token: a meeting token.
            options: see ``visavis.client.JoinOptions``.

        Raises:
            SignallingError: when the join is refused or does not come about within 20 s.
            ConfigurationError: when there is no such engine.
            EngineMissing: when the engine is not installed.
        """
        passed = Pass(token or "")

        def dial() -> Any:
            return Connection.join(url, token=passed, **options)

        desk = Whip(url, token=passed) if options.get("signal") is None else None
        async with cls.join_by(dial, desk) as call:
            yield call

    @classmethod
    @asynccontextmanager
    async def join_by(cls, dial: Dial, desk: Whip | None = None) -> AsyncIterator[Self]:
        """As ``join``, over any transport.

        Args:
            dial: makes a connection; again when it was lost.
            desk: where to ask what was missed.

        Raises:
            SignallingError: when the first connection does not come about.
        """
        call = cls(dial, desk)
        joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        keeping = asyncio.create_task(call._keep(joined))
        try:
            await asyncio.wait([joined, keeping], return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                await keeping
            keeping.add_done_callback(call._finished)
            call._begun.set()
            yield call
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, *call._cancel_tasks(), return_exceptions=True)

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        everyone = self._connection.participants if self._connection is not None else []
        return [person for person in everyone if person.id not in self._former]

    async def send(self, data: Any, to: str = "*") -> None:
        """Send an app message, or an interaction, and wait for nothing but its leaving.

        While the connection is made anew it waits for that.

        Args:
            data: a model of ``visavis.protocol.interactions``, or anything JSON can say.
            to: whom: everybody else, or a participant's id.

        Raises:
            MessageTooLarge: beyond 255 KiB of JSON.
            CallEnded: the call is over.
        """
        connection = await self._line()
        await connection.send(data.wire() if isinstance(data, Message) else data, to)

    def audio(self, participant_id: str | None = None) -> AsyncIterator[ReceivedAudio]:
        """The replica's voice, or somebody's microphone; the last 10 s are kept for a slow reader.

        Args:
            participant_id: whose microphone; None: the replica's voice.
        """
        return self._media(participant_id, lambda connection: connection.audio(participant_id))

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> AsyncIterator[ReceivedPicture]:
        """The replica's picture, or somebody's; the last second is kept for a slow reader.

        Args:
            participant_id: whose; None: the replica's.
            source: what of them.
        """
        return self._media(participant_id, lambda connection: connection.video(participant_id, source))

    async def _media(
        self, participant_id: str | None, of: Callable[[Transport], AsyncIterator[T]]
    ) -> AsyncIterator[T]:
        """From one connection after the other; of a person until they leave."""
        connection = self._connection
        while connection is not None:
            async for item in of(connection):
                yield item
            if participant_id is not None and not connection.closed.is_set():
                return
            try:
                connection = await self._line()
            except CallEnded:
                return

    async def _line(self) -> Transport:
        """The connection that is open, as soon as there is one."""
        while self._connection is None or self._connection.closed.is_set():
            if self.closed.is_set():
                raise CallEnded(self.closed_reason)
            self._changed.clear()
            await self._changed.wait()
        return self._connection

    # Connections

    async def _keep(self, joined: asyncio.Future[None]) -> None:
        """Be in the room until the call is over."""
        reason = "left"
        try:
            async with self._dial() as connection:
                self._use_connection(connection)
                joined.set_result(None)
                await self._begun.wait()  # what is handed on from here on finds the program's handlers
                reason = await self._carry(connection)
            while connection.lost:
                async with AsyncExitStack() as stack:
                    connection = await self._connect_again(connection, stack)
                    reason = await self._carry(connection)
        except CallEnded as over:
            reason = over.reason
            await self._missed_to_the_end(reason)
        except SignallingError as error:
            if not joined.done():
                raise
            reason = f"connection lost: {error}"
        finally:
            self._end(reason)
            self._changed.set()

    async def _connect_again(self, lost: Transport, stack: AsyncExitStack) -> Transport:
        """A new connection in place of one that was lost.

        Raises:
            CallEnded: the conversation is over.
            SignallingError: there is no way to it.
        """
        self._set_state("reconnecting", lost.closed_reason)
        failure = SignallingError("no try was made")
        for pause in PAUSES:
            await asyncio.sleep(pause)
            reason = await self._desk.shutdown_reason() if self._desk is not None else None
            if reason is not None:
                raise CallEnded(reason)
            try:
                connection = await stack.enter_async_context(self._dial())
            except SignallingError as error:
                failure = error
                continue
            self._former.add(lost.participant_id)
            await self._catch_up()
            self._compare(lost.participants, connection)
            self._use_connection(connection)
            for message in self._waiting.unacknowledged if self._server.acks else []:
                # What the events that were missed do not acknowledge has never arrived.
                if not connection.closed.is_set():
                    await connection.send(message)
            self._set_state("connected")
            return connection
        raise failure

    async def _catch_up(self) -> None:
        """Tell what was missed; what is told live at the same time waits in the connection."""
        if self._desk is None or not self._last_seq:
            return
        replica = self.replica
        for data in await self._desk.events(self._last_seq):
            event = read_event(data)
            if event is not None and event.seq is not None and event.seq > self._last_seq:
                self._messages.push(
                    ReceivedMessage(replica.id if replica is not None else "", data, time.monotonic())
                )
                self._tell_event(event)

    async def _missed_to_the_end(self, reason: str) -> None:
        """The conversation ended while nobody told us: tell it as the replica would have."""
        await self._catch_up()
        if not self._told_shutdown:
            replica = self.replica
            event = Shutdown(properties=ShutdownProperties(shutdown_reason=reason, reason=reason))
            self._take(ReceivedMessage(replica.id if replica else "", event.wire(), time.monotonic()))

    def _compare(self, before: list[Participant], connection: Transport) -> None:
        """Tell who came and went meanwhile."""
        there = {person.id for person in connection.participants}
        known = {person.id for person in before}
        for person in before:
            if person.id not in there | self._former:
                self._tell_arrival(ParticipantLeft(person, "connection lost"))
        for person in connection.participants:
            if person.id not in known | self._former | {connection.participant_id}:
                self._tell_arrival(ParticipantJoined(person))

    def _use_connection(self, connection: Transport) -> None:
        self._connection = connection
        self.participant_id = connection.participant_id
        self._changed.set()

    async def _carry(self, connection: Transport) -> str:
        """Tell what a connection brings, until it is over; why it is."""
        await asyncio.gather(self._follow_messages(connection), self._follow_arrivals(connection))
        return connection.closed_reason

    async def _follow_messages(self, connection: Transport) -> None:
        async for message in connection.messages():
            self._take(message)

    async def _follow_arrivals(self, connection: Transport) -> None:
        async for arrival in connection.arrivals():
            if arrival.participant.id not in self._former:
                self._tell_arrival(arrival)

    # Tasks

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Without the error's words: they may be the user's.
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error("a task of the call failed", error=type(error).__name__, trace=trace)

    def _cancel_tasks(self) -> list[asyncio.Task[Any]]:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        return tasks
