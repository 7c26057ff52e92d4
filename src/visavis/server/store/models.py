"""Tables. What changes here needs a migration in ``migrations/versions``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; databases hold it naive."""

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
    require_auth: Mapped[bool] = mapped_column(default=False)
    """Whether joining takes a meeting token."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What else was asked for at creation and is needed later: documents, callbacks, where recordings go."""
    shutdown_reason: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """Deleted, but not ``hard``: nobody is told of it, and everything is still there."""


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


class Resource(Base):
    """Anything that users keep: a persona, an objective, a tool, a document."""

    __tablename__ = "resources"
    __table_args__ = (Index("resources_in_order", "kind", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As it was posted, its secrets sealed."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, so that none overwrites another unseen."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Webhook(Base):
    """A message to somebody's server: the outbox. Written with what it tells of, sent afterwards."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("webhooks_due", "state", "next_attempt_at"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    """The order in which they came about."""
    id: Mapped[str] = mapped_column(String(64), unique=True)
    """``webhook-id``: the same in every attempt."""
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(Text)
    event_type: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    """JSON, as it is posted, to the byte."""
    state: Mapped[str] = mapped_column(String(16), default="pending")
    """``pending``, ``delivered`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    next_attempt_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class WebhookAttempt(Base):
    """One try to deliver a webhook."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    webhook_number: Mapped[int] = mapped_column(ForeignKey("webhooks.number", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    status: Mapped[int | None] = mapped_column(default=None)
    """Of the answer; None if there was none."""
    error: Mapped[str] = mapped_column(Text, default="")
    milliseconds: Mapped[int] = mapped_column(default=0)


class ApiKey(Base):
    """An API key that was made with ``visavis keys``; the key itself is not kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(String(16))
    """The first characters, to recognise it by."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hexadecimal."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class Recording(Base):
    """A conversation's recording, and where it is."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(16), default="recording", index=True)
    """``recording``, ``copying``, ``ready`` or ``failed``."""
    path: Mapped[str] = mapped_column(Text, default="")
    """Of the local file, below the data directory; empty when it is gone."""
    storage_provider: Mapped[str] = mapped_column(String(32), default="")
    bucket_name: Mapped[str] = mapped_column(Text, default="")
    s3_key: Mapped[str] = mapped_column(Text, default="")
    storage_uri: Mapped[str] = mapped_column(Text, default="")
    duration: Mapped[float] = mapped_column(Float, default=0.0)
    """Seconds."""
    error_code: Mapped[str] = mapped_column(Text, default="")
    error_message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, onupdate=now)
