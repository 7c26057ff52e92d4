"""Tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; databases without time zones hold it naive."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store it naive."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it back aware."""
        return value.replace(tzinfo=UTC) if value else None


def now() -> datetime:
    """The time, as rows carry it."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Root of the tables."""


class Conversation(Base):
    """A conversation, in progress or over."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    """``active`` or ``ended``."""
    replica_id: Mapped[str] = mapped_column(Text)
    replica_name: Mapped[str] = mapped_column(Text)
    persona_id: Mapped[str] = mapped_column(Text)
    persona_name: Mapped[str] = mapped_column(Text)
    callback_url: Mapped[str] = mapped_column(Text, default="")
    audio_only: Mapped[bool] = mapped_column(default=False)
    private: Mapped[bool] = mapped_column(default=False)
    """Whether joining takes a meeting token."""
    shutdown_reason: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)


class Event(Base):
    """An event that a conversation broadcast."""

    __tablename__ = "event_log"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    message: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As it went on the wire."""


class Inputs(Base):
    """A stretch of a conversation's log of inputs."""

    __tablename__ = "input_log"
    __table_args__ = (Index("inputs_in_order", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON lines as UTF-8, compressed by zlib."""


class Persona(Base):
    """A persona that a user made."""

    __tablename__ = "personas"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As it was posted."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)


class Resource(Base):
    """Anything else that users keep: objectives, guardrails."""

    __tablename__ = "resources"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As it was posted."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
