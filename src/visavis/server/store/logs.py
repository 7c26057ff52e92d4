"""What conversations said and were told."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from visavis.server.store.engine import Sessions
from visavis.server.store.models import Conversation, Event, Inputs
from visavis.server.store.webhooks import NewWebhook, enqueue

PAGE = 500
"""Events that are read and decoded at once."""
STRETCHES = 16
"""Of a log of inputs, that are read at once."""


class Logs:
    """Events and inputs, by conversation and in order."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add_events(
        self,
        events: Sequence[tuple[str, int, Mapping[str, Any]]],
        webhooks: Sequence[NewWebhook] = (),
    ) -> None:
        """Append ``(conversation_id, seq, event)`` and put webhooks into the outbox, all or none.

        What belongs to conversations that were deleted is dropped.

        Raises:
            IntegrityError: a conversation has an event of this ``seq``.
        """
        async with self._sessions.begin() as session:
            kept = await _existing(session, {name for name, _, _ in events})
            rows = [
                {"conversation_id": name, "seq": seq, "message": dict(message)}
                for name, seq, message in events
                if name in kept
            ]
            if rows:
                await session.execute(insert(Event), rows)
            await enqueue(session, [one for one in webhooks if one.conversation_id in kept])

    async def events(
        self, conversation_id: str, after: int = 0, limit: int | None = None
    ) -> list[tuple[int, dict[str, Any]]]:
        """A conversation's events with their ``seq``, in order; many are better read by ``event_pages``.

        Args:
            conversation_id: whose.
            after: only those of a higher ``seq``.
            limit: how many at most.
        """
        wanted = (
            select(Event.seq, Event.message)
            .where(Event.conversation_id == conversation_id, Event.seq > after)
            .order_by(Event.seq)
            .limit(limit)
        )
        async with self._sessions() as session:
            return [(seq, message) for seq, message in await session.execute(wanted)]

    async def event_pages(
        self, conversation_id: str, after: int = 0, limit: int | None = None
    ) -> AsyncIterator[list[tuple[int, dict[str, Any]]]]:
        """As ``events``, some hundred at a time: decoding more at once would hold up everybody else."""
        left = PAGE if limit is None else limit
        while left > 0:
            page = await self.events(conversation_id, after, min(left, PAGE))
            if page:
                yield page
                after = page[-1][0]
            if len(page) < min(left, PAGE):
                return
            if limit is not None:
                left -= len(page)

    async def last(self, conversation_id: str) -> tuple[int, dict[str, Any]] | None:
        """The event of the highest ``seq``, and that; None where there is none."""
        wanted = select(Event.seq, Event.message).where(Event.conversation_id == conversation_id)
        async with self._sessions() as session:
            found = (await session.execute(wanted.order_by(Event.seq.desc()).limit(1))).one_or_none()
            return (found.seq, found.message) if found else None

    async def add_inputs(self, inputs: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Append ``(conversation_id, JSON lines)`` to the logs of inputs, all or none."""
        async with self._sessions.begin() as session:
            kept = await _existing(session, {name for name, _ in inputs})
            rows = [
                {"conversation_id": name, "lines": zlib.compress("\n".join(lines).encode())}
                for name, lines in inputs
                if name in kept
            ]
            if rows:
                await session.execute(insert(Inputs), rows)

    async def inputs(self, conversation_id: str) -> AsyncIterator[str]:
        """A conversation's log of inputs, stretch by stretch, each some JSON lines without a final break.

        No connection is held while a stretch is out: whoever reads may be slow, and connections are few.
        """
        last = 0
        while True:
            wanted = (
                select(Inputs.id, Inputs.lines)
                .where(Inputs.conversation_id == conversation_id, Inputs.id > last)
                .order_by(Inputs.id)
                .limit(STRETCHES)
            )
            async with self._sessions() as session:
                found = (await session.execute(wanted)).all()
            for number, packed in found:
                yield zlib.decompress(packed).decode()
                last = number
            if len(found) < STRETCHES:
                return


async def _existing(session: AsyncSession, names: set[str]) -> set[str]:
    """Which conversations are there; they stay until the transaction is over."""
    wanted = select(Conversation.id).where(Conversation.id.in_(names)).with_for_update(key_share=True)
    return set(await session.scalars(wanted))
