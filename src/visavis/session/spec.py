"""What a worker needs to know to hold a conversation; it crosses the process boundary as JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from visavis.conversation.inputs import Config, Guardrail, Objective
from visavis.protocol.dialects import DialectName


class LLMSpec(BaseModel):
    """Which model answers (PROTOCOL 4, layer ``llm``), the server's defaults already filled in."""

    base_url: str
    """OpenAI-compatible; ``/chat/completions`` is appended."""
    api_key: str = ""
    model: str
    headers: dict[str, str] = Field(default_factory=dict)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    default_query: dict[str, Any] = Field(default_factory=dict)
    tools: list[dict[str, Any]] = Field(default_factory=list)
    speculative_inference: bool = True


class FlowSpec(BaseModel):
    """Turn-taking (PROTOCOL 4, layer ``conversational_flow``)."""

    turn_taking_patience: Literal["low", "medium", "high"] = "medium"
    replica_interruptibility: Literal["verylow", "low", "medium", "high"] = "medium"
    wake_phrase: str = ""
    sleep_phrase: str = ""
    idle_engagement: Literal["off", "patient", "eager"] = "off"


class RecordingSpec(BaseModel):
    """Where a conversation is recorded."""

    folder: str
    """On the worker's disk; it need not exist yet."""


class ConversationSpec(BaseModel):
    """One conversation."""

    conversation_id: str
    conversation_name: str = ""
    replica_id: str
    replica_name: str
    persona_id: str
    persona_name: str
    pipeline_mode: Literal["full", "echo"] = "full"
    system_prompt: str = ""
    context: str = ""
    greeting: str = ""
    llm: LLMSpec | None = None
    """None in echo mode."""
    flow: FlowSpec = Field(default_factory=FlowSpec)
    objectives: list[Objective] = Field(default_factory=list)
    guardrails: list[Guardrail] = Field(default_factory=list)
    language: str = ""
    """A name in ``bodies.languages``, or ``multilingual``; empty: nobody said."""
    hotwords: str = ""
    """For the speech to text."""
    greenscreen: bool = False
    """The replica stands before green."""
    chat: bool = False
    """Text only: no audio, no video, no STT, no TTS."""
    dialect: DialectName = "union"
    audio_only: bool = False
    max_call_duration: float = 3600.0
    participant_left_timeout: float = 0.0
    participant_absent_timeout: float = 300.0
    max_participants: int | None = None
    """The replica counts; None leaves it to the worker's own limit."""
    keep_log: bool = True
    """Whether the log of inputs, which holds users' words, goes to the server."""
    recording: RecordingSpec | None = None
    seed: int = 0

    def config(self) -> Config:
        """What the core needs to know of it."""
        return Config(
            conversation_id=self.conversation_id,
            replica_id=self.replica_id,
            system_prompt=self.system_prompt,
            context=self.context,
            greeting=self.greeting,
            tools=tuple(self.llm.tools) if self.llm else (),
            pipeline_mode=self.pipeline_mode,
            chat=self.chat,
            dialect=self.dialect,
            wake_phrase=self.flow.wake_phrase,
            sleep_phrase=self.flow.sleep_phrase,
            idle_engagement=self.flow.idle_engagement,
            speculative_inference=bool(self.llm and self.llm.speculative_inference),
            objectives=tuple(self.objectives),
            guardrails=tuple(self.guardrails),
            max_call_duration=self.max_call_duration,
            participant_left_timeout=self.participant_left_timeout,
            participant_absent_timeout=self.participant_absent_timeout,
        )
