"""What clients post (PROTOCOL 2). Both families of names are read; unknown fields are let pass."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from visavis.protocol.dialects import DialectName


class Body(BaseModel):
    """Lenient: fields we do not know are let pass, and null, as clients send it, means absent."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        return (
            {key: value for key, value in data.items() if value is not None}
            if isinstance(data, dict)
            else data
        )


LONGEST_PROMPT = 100_000
"""Characters of one of the texts that a language model is told; few models read as much."""
LONGEST_WAIT = 86_400
"""Seconds; a call is over long before, so that more would mean nothing."""


class CallProperties(Body):
    """``properties`` of a new conversation; times in seconds."""

    max_call_duration: int = Field(3600, ge=1, le=3600)
    participant_left_timeout: int = Field(0, ge=0, le=LONGEST_WAIT)
    participant_absent_timeout: int = Field(300, ge=1, le=LONGEST_WAIT)
    require_auth: bool = False
    livekit_ws_url: str = ""
    dialect: DialectName | None = None
    """Extension: which events are sent, and what of them; the server's setting if absent."""


class CreateConversation(Body):
    """The body of ``POST /v2/conversations``."""

    replica_id: str = Field("", validation_alias=AliasChoices("replica_id", "face_id"))
    persona_id: str = Field("", validation_alias=AliasChoices("persona_id", "pal_id"))
    conversation_name: str = ""
    conversational_context: str = Field("", max_length=LONGEST_PROMPT)
    custom_greeting: str | None = None
    """The first words; an empty text means none, not the persona's."""
    callback_url: str = ""
    audio_only: bool = False
    chat: bool = False
    """Text only."""
    test_mode: bool = False
    require_auth: bool = False
    max_participants: int | None = Field(None, ge=2)
    meeting_url: str = ""
    properties: CallProperties = Field(default_factory=CallProperties)


class LLMLayer(Body):
    """``layers.llm``."""

    model: str = ""
    base_url: str = Field("", pattern=r"^(https?://.+)?$")
    api_key: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    default_query: dict[str, Any] = Field(default_factory=dict)
    tools: list[dict[str, Any]] = Field(default_factory=list)
    speculative_inference: bool = True


class FlowLayer(Body):
    """``layers.conversational_flow``."""

    turn_taking_patience: Literal["low", "medium", "high"] = "medium"
    replica_interruptibility: Literal["verylow", "low", "medium", "high"] = Field(
        "medium",
        validation_alias=AliasChoices(
            "replica_interruptibility", "pal_interruptibility", "face_interruptibility"
        ),
    )
    wake_phrase: str = Field("", max_length=200)
    sleep_phrase: str = Field("", max_length=200)
    idle_engagement: Literal["off", "patient", "eager"] = "off"

    @model_validator(mode="after")
    def _sleeps_only_if_it_wakes(self) -> Self:
        if self.sleep_phrase.strip() and not self.wake_phrase.strip():
            raise ValueError("sleep_phrase needs a wake_phrase")
        return self


class Layers(Body):
    """The layers that are read; others are kept as they are."""

    llm: LLMLayer = Field(default_factory=LLMLayer)
    conversational_flow: FlowLayer = Field(default_factory=FlowLayer)


class PersonaBody(Body):
    """The body of ``POST /v2/personas``."""

    persona_name: str = Field("", validation_alias=AliasChoices("persona_name", "pal_name"))
    system_prompt: str = Field("", max_length=LONGEST_PROMPT)
    context: str = Field("", max_length=LONGEST_PROMPT)
    greeting: str = ""
    pipeline_mode: Literal["full", "echo"] = "full"
    default_replica_id: str = Field(
        "", validation_alias=AliasChoices("default_replica_id", "default_face_id")
    )
    objectives_id: str = ""
    guardrails_id: str = ""
    """A legacy set."""
    guardrail_ids: list[str] = Field(default_factory=list, max_length=50)
    guardrail_tags: list[str] = Field(default_factory=list, max_length=50)
    document_ids: list[str] = Field(default_factory=list, max_length=1000)
    document_tags: list[str] = Field(default_factory=list, max_length=100)
    tool_ids: list[str] = Field(default_factory=list, max_length=50)
    memories: list[str] = Field(default_factory=list, max_length=100)
    """What it remembers from the start; no effect yet."""
    persona_description: str = Field("", max_length=LONGEST_PROMPT)
    is_template: bool = False
    disclosure_type: str = ""
    """How people are told that they talk to a machine; kept for the client that shows it."""
    verbal_disclosure: str = ""
    visual_disclosure: str = ""
    layers: Layers = Field(default_factory=Layers)

    @model_validator(mode="after")
    def _needs_a_prompt(self) -> Self:
        if self.pipeline_mode == "full" and not self.system_prompt.strip():
            raise ValueError("system_prompt is required unless pipeline_mode is 'echo'")
        return self
