"""Conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select, update

from visavis.server.store.engine import Sessions
from visavis.server.store.models import Conversation, now
from visavis.server.store.webhooks import NewWebhook, enqueue

Status = Literal["active", "ended"]

TOLD = "told"
"""Where ``details`` have what was told of a conversation after its end, as webhooks have it."""


class Conversations:
    """Those in progress and those that are over."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, conversation: Conversation) -> None:
        """Insert it."""
        async with self._sessions.begin() as session:
            session.add(conversation)

    async def get(self, conversation_id: str, *, deleted: bool = False) -> Conversation | None:
        """One of them; one that was deleted, though not ``hard``, only if it is asked for."""
        async with self._sessions() as session:
            found = await session.get(Conversation, conversation_id)
            return found if found is None or deleted or found.deleted_at is None else None

    async def page(
        self, limit: int, page: int, status: Status | None = None
    ) -> tuple[Sequence[Conversation], int]:
        """One page, the newest first, and how many there are in all; pages count from 1."""
        wanted: list[ColumnElement[bool]] = [Conversation.deleted_at.is_(None)]
        if status:
            wanted.append(Conversation.status == status)
        async with self._sessions() as session:
            total = await session.scalar(select(func.count(Conversation.id)).where(*wanted))
            newest = select(Conversation).where(*wanted)
            newest = newest.order_by(Conversation.created_at.desc(), Conversation.id)
            rows = await session.scalars(newest.limit(limit).offset((page - 1) * limit))
            return rows.all(), total or 0

    async def active(self) -> Sequence[Conversation]:
        """Those in progress."""
        async with self._sessions() as session:
            rows = await session.scalars(select(Conversation).where(Conversation.status == "active"))
            return rows.all()

    async def ended_before(self, moment: datetime, limit: int) -> Sequence[str]:
        """Ids of those that were over by then, deleted ones included, the oldest first."""
        over = func.coalesce(Conversation.ended_at, Conversation.updated_at)
        wanted = select(Conversation.id).where(Conversation.status == "ended", over < moment)
        async with self._sessions() as session:
            return (await session.scalars(wanted.order_by(over).limit(limit))).all()

    async def end(self, conversation_id: str, reason: str, webhooks: Sequence[NewWebhook] = ()) -> bool:
        """Mark it as ended, and put into the outbox what tells of it; the first reason stays.

        Returns:
            Whether it was in progress; otherwise nothing is changed, and nothing put.
        """
        async with self._sessions.begin() as session:
            ended = await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id, Conversation.status == "active")
                .values(status="ended", shutdown_reason=reason, updated_at=now(), ended_at=now())
            )
            if not ended.rowcount:  # type: ignore[attr-defined]
                return False
            await enqueue(session, webhooks)
            return True

    async def tell(
        self, conversation_id: str, message: Mapping[str, Any], webhooks: Sequence[NewWebhook] = ()
    ) -> None:
        """Keep what was told of it after its end, and put webhooks into the outbox; void if it is gone."""
        async with self._sessions.begin() as session:
            wanted = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
            row = await session.scalar(wanted)
            if row is not None:
                row.details = {**row.details, TOLD: [*row.details.get(TOLD, []), dict(message)]}
                await enqueue(session, webhooks)

    async def hide(self, conversation_id: str) -> None:
        """Delete it so that nobody is told of it any more, and everything is kept."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id, Conversation.deleted_at.is_(None))
                .values(deleted_at=now(), updated_at=now())
            )

    async def delete(self, conversation_id: str) -> None:
        """Remove it with its logs, webhooks and recordings' rows."""
        async with self._sessions.begin() as session:
            await session.execute(delete(Conversation).where(Conversation.id == conversation_id))

    async def delete_active(self, conversation_id: str) -> None:
        """Remove it likewise, unless it is over."""
        async with self._sessions.begin() as session:
            await session.execute(
                delete(Conversation).where(
                    Conversation.id == conversation_id, Conversation.status == "active"
                )
            )
