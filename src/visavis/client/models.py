"""What the REST API answers (PROTOCOL 2). Fields that are not named here are kept as attributes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Answer(BaseModel):
    """Lenient: a newer server may send more."""

    model_config = ConfigDict(extra="allow")


class Conversation(Answer):
    """A call, in progress or over."""

    conversation_id: str
    conversation_name: str = ""
    conversation_url: str = ""
    status: Literal["active", "ended"] | str = "active"
    replica_id: str = ""
    persona_id: str = ""
    callback_url: str = ""
    meeting_token: str | None = None
    """Only from ``create(…, require_auth=True)``: what its room is joined with."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    events: list[dict[str, Any]] = Field(default_factory=list)
    """Only from ``get(…, verbose=True)``."""
    shutdown_reason: str | None = None
    """Likewise, once it is over."""


class Persona(Answer):
    """How a replica behaves."""

    persona_id: str
    persona_name: str = ""
    system_prompt: str = ""
    pipeline_mode: str = "full"
    default_replica_id: str | None = None
    layers: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Replica(Answer):
    """Who speaks: a look and a voice."""

    replica_id: str
    replica_name: str = ""
    status: str = ""
    replica_type: str = ""
    model_name: str = ""
    thumbnail_video_url: str = ""
    created_at: datetime | None = None


class Page(Answer, Generic[T]):
    """One page of a list."""

    data: list[T]
    total_count: int
    """Of all pages together."""
