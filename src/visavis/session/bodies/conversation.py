"""``POST /v2/conversations`` (PROTOCOL 2.1)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AliasChoices, Field, model_validator

from visavis.protocol.dialects import DialectName
from visavis.session.bodies.base import LONGEST_PROMPT, URL, Body, Id
from visavis.session.bodies.languages import Language
from visavis.session.bodies.recording import RecordingStorage

LONGEST_WAIT = 86_400
"""Seconds; a call is over long before, so that more would mean nothing."""


class CallProperties(Body):
    """``properties`` of a new conversation; times in seconds."""

    max_call_duration: int = Field(3600, ge=1, le=3600)
    participant_left_timeout: int = Field(0, ge=0, le=LONGEST_WAIT)
    participant_absent_timeout: int = Field(300, ge=1, le=LONGEST_WAIT)
    language: Language = ""
    apply_greenscreen: bool = False
    enable_closed_captions: bool | None = None
    """Whether the page shows captions at first; it does if nobody says."""
    enable_recording: bool = False
    recording_storage: RecordingStorage | None = None
    recording_s3_bucket_name: str = ""
    """Deprecated, like the two that follow."""
    recording_s3_bucket_region: str = ""
    aws_assume_role_arn: str = ""
    require_auth: bool = False
    livekit_ws_url: str = ""
    dialect: DialectName | None = None
    """Extension: which events are sent, and what of them; the server's setting if absent."""

    @model_validator(mode="before")
    @classmethod
    def _one_way_to_say_where(cls, data: Any) -> Any:
        """The deprecated names are read as a ``recording_storage`` of S3, unless there is one."""
        if not isinstance(data, dict) or data.get("recording_storage") is not None:
            return data
        if not (bucket := data.get("recording_s3_bucket_name")):
            return data
        region, role = data.get("recording_s3_bucket_region"), data.get("aws_assume_role_arn")
        storage = {"bucket_name": bucket, "bucket_region": region, "assume_role_arn": role}
        return {**data, "recording_storage": storage}


class CreateConversation(Body):
    """The body of ``POST /v2/conversations``."""

    replica_id: str = Field("", validation_alias=AliasChoices("replica_id", "face_id"))
    persona_id: str = Field("", validation_alias=AliasChoices("persona_id", "pal_id"))
    conversation_name: str = ""
    conversational_context: str = Field("", max_length=LONGEST_PROMPT)
    custom_greeting: str | None = None
    """The first words; an empty text means none, not the persona's."""
    callback_url: URL = ""
    memory_stores: list[Id] = Field(default_factory=list, max_length=50)
    document_ids: list[Id] = Field(default_factory=list, max_length=1000)
    document_tags: list[Id] = Field(default_factory=list, max_length=100)
    document_retrieval_strategy: Literal["speed", "quality", "balanced"] | None = None
    audio_only: bool = False
    chat: bool = False
    """Text only."""
    test_mode: bool = False
    require_auth: bool = False
    max_participants: int | None = Field(None, ge=2)
    meeting_url: str = ""
    policy: str = Field("", max_length=100)
    """``eu``: personas that do not say otherwise tell people that they are an AI, and read no moods."""
    properties: CallProperties = Field(default_factory=CallProperties)
