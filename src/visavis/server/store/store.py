"""The database: SQLite by default, any other that SQLAlchemy speaks asynchronously by its URL."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import event, func, insert, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.store.models import Base, Conversation, Event, Inputs, Persona, Resource, now

SERVER_CRASHED = "internal error occurred at step server"
PAGE = 500
"""Events that are read and decoded at once."""
STRETCHES = 16
"""Of a log of inputs, that are read at once."""
Status = Literal["active", "ended"]


class Store:
    """Conversations, their events, and personas.

    Args:
        url: an SQLAlchemy URL with an asynchronous driver.

    Raises:
        ConfigurationError: it is none, or its driver is not installed. The URL may hold a password and is
            not quoted.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine: AsyncEngine = create_async_engine(
                url,
                hide_parameters=True,  # errors quote them otherwise, and logs quote errors: words, ids
            )
        except ModuleNotFoundError as error:
            raise ConfigurationError(f"database_url: its driver {error.name} is not installed") from None
        except ArgumentError:
            raise ConfigurationError(
                "database_url is no SQLAlchemy URL with an asynchronous driver, "
                "such as sqlite+aiosqlite:///file or postgresql+asyncpg://user@host/name"
            ) from None
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
        self._session = async_sessionmaker(self._engine, expire_on_commit=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> Store:
        """The settings' database; for SQLite its directory is made, readable by its owner alone."""
        if settings.database_url:
            return cls(settings.database_url)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = settings.data_dir / "visavis.db"
        path.touch(mode=0o600)
        return cls(f"sqlite+aiosqlite:///{path}")

    async def open(self) -> int:
        """Make the tables if needed, and end what a crash left in progress.

        Returns:
            How many conversations that were.
        """
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
            left = await connection.execute(
                update(Conversation)
                .where(Conversation.status == "active")
                .values(status="ended", shutdown_reason=SERVER_CRASHED, updated_at=now())
            )
        return left.rowcount

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    # Conversations

    async def add_conversation(self, conversation: Conversation) -> None:
        """Insert it."""
        async with self._session.begin() as session:
            session.add(conversation)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """One conversation."""
        async with self._session() as session:
            return await session.get(Conversation, conversation_id)

    async def conversations(
        self, limit: int, page: int, status: Status | None
    ) -> tuple[Sequence[Conversation], int]:
        """One page, the newest first, and how many there are in all; pages count from 1."""
        found = select(Conversation)
        if status:
            found = found.where(Conversation.status == status)
        async with self._session() as session:
            total = await session.scalar(select(func.count()).select_from(found.subquery()))
            newest = found.order_by(Conversation.created_at.desc(), Conversation.id)
            rows = await session.scalars(newest.limit(limit).offset((page - 1) * limit))
            return rows.all(), total or 0

    async def end_conversation(self, conversation_id: str, reason: str) -> None:
        """Mark it as ended; the first reason stays."""
        async with self._session.begin() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id, Conversation.status == "active")
                .values(status="ended", shutdown_reason=reason, updated_at=now())
            )

    async def delete_conversation(self, conversation_id: str) -> None:
        """Remove it and its events."""
        async with self._session.begin() as session:
            if found := await session.get(Conversation, conversation_id):
                await session.delete(found)

    # Events

    async def add_events(self, events: Sequence[tuple[str, int, Mapping[str, Any]]]) -> None:
        """Append ``(conversation_id, seq, event)``, all or none; those of deleted conversations are dropped.

        Raises:
            IntegrityError: a conversation has an event of this ``seq``.
        """
        async with self._session.begin() as session:
            kept = await _existing(session, {name for name, _, _ in events})
            rows = [
                {"conversation_id": name, "seq": seq, "message": dict(message)}
                for name, seq, message in events
                if name in kept
            ]
            if rows:
                await session.execute(insert(Event), rows)

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
        async with self._session() as session:
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

    async def add_inputs(self, inputs: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Append ``(conversation_id, JSON lines)`` to the logs of inputs, all or none."""
        async with self._session.begin() as session:
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
            async with self._session() as session:
                found = (await session.execute(wanted)).all()
            for number, packed in found:
                yield zlib.decompress(packed).decode()
                last = number
            if len(found) < STRETCHES:
                return

    # Personas

    async def add_persona(self, persona: Persona) -> None:
        """Insert it."""
        async with self._session.begin() as session:
            session.add(persona)

    async def persona(self, persona_id: str) -> Persona | None:
        """One persona."""
        async with self._session() as session:
            return await session.get(Persona, persona_id)

    async def personas(self) -> Sequence[Persona]:
        """All personas, the newest first."""
        async with self._session() as session:
            rows = await session.scalars(select(Persona).order_by(Persona.created_at.desc(), Persona.id))
            return rows.all()

    async def delete_persona(self, persona_id: str) -> bool:
        """Remove it; whether it was there."""
        async with self._session.begin() as session:
            found = await session.get(Persona, persona_id)
            if found is not None:
                await session.delete(found)
            return found is not None

    # Whatever else is kept

    async def add_resource(self, resource: Resource) -> None:
        """Insert it."""
        async with self._session.begin() as session:
            session.add(resource)

    async def resource(self, resource_id: str) -> Resource | None:
        """One of them."""
        async with self._session() as session:
            return await session.get(Resource, resource_id)

    async def resources(self, kind: str) -> Sequence[Resource]:
        """All of a kind, the newest first."""
        wanted = select(Resource).where(Resource.kind == kind)
        async with self._session() as session:
            rows = await session.scalars(wanted.order_by(Resource.created_at.desc(), Resource.id))
            return rows.all()

    async def delete_resource(self, resource_id: str) -> None:
        """Remove it."""
        async with self._session.begin() as session:
            if found := await session.get(Resource, resource_id):
                await session.delete(found)


async def _existing(session: AsyncSession, names: set[str]) -> set[str]:
    return set(await session.scalars(select(Conversation.id).where(Conversation.id.in_(names))))


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
