"""Recordings, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from visavis.server.store.engine import Sessions
from visavis.server.store.models import Recording, now
from visavis.server.store.webhooks import NewWebhook, enqueue


class Recordings:
    """The rows; files are somebody else's."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, recording: Recording) -> None:
        """Insert it."""
        async with self._sessions.begin() as session:
            session.add(recording)

    async def get(self, recording_id: str) -> Recording | None:
        """One of them."""
        async with self._sessions() as session:
            return await session.get(Recording, recording_id)

    async def of_conversation(self, conversation_id: str) -> Sequence[Recording]:
        """A conversation's, the oldest first."""
        wanted = select(Recording).where(Recording.conversation_id == conversation_id)
        async with self._sessions() as session:
            return (await session.scalars(wanted.order_by(Recording.created_at, Recording.id))).all()

    async def unfinished(self) -> Sequence[Recording]:
        """Those that are neither stored nor given up."""
        wanted = select(Recording).where(Recording.state.in_(("recording", "copying")))
        async with self._sessions() as session:
            return (await session.scalars(wanted.order_by(Recording.created_at))).all()

    async def update(self, recording_id: str, *webhooks: NewWebhook, **values: Any) -> None:
        """Change columns, and put into the outbox what tells of it."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(Recording).where(Recording.id == recording_id).values(updated_at=now(), **values)
            )
            await enqueue(session, webhooks)
