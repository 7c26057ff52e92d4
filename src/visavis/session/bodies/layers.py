"""``layers`` of a persona (PROTOCOL 4).

Names of engines and models are any text: those of the hosted service stand for what this server runs. What
has a type must have it, also where it has no effect yet.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import AliasChoices, Field, model_validator

from visavis.layers.perception.settings import PerceptionLayer
from visavis.session.bodies.base import URL, Body

Sensitivity = Literal["superlow", "verylow", "low", "medium", "high", "auto"]


class LLMLayer(Body):
    """``layers.llm``."""

    model: str = ""
    base_url: URL = ""
    api_key: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    default_query: dict[str, Any] = Field(default_factory=dict)
    tools: list[dict[str, Any]] = Field(default_factory=list)
    speculative_inference: bool = True


class STTLayer(Body):
    """``layers.stt``."""

    stt_engine: str = ""
    hotwords: str = Field("", max_length=2_000)
    """Words and names to be expected, in any form of a list."""
    smart_turn_detection: bool = True
    """Deprecated, like the next two, which ``conversational_flow`` overrides."""
    participant_pause_sensitivity: Sensitivity = "auto"
    participant_interrupt_sensitivity: Sensitivity = "auto"


class TTSLayer(Body):
    """``layers.tts``."""

    tts_engine: str = ""
    api_key: str = ""
    external_voice_id: str = ""
    tts_model_name: str = ""
    tts_emotion_control: bool = True
    voice_settings: dict[str, Any] = Field(default_factory=dict)
    pronunciation_dictionary_id: str = ""


class TransportLayer(Body):
    """``layers.transport``."""

    transport_type: str = ""
    input_settings: dict[str, Any] = Field(default_factory=dict)


class KnowledgeLayer(Body):
    """``layers.knowledge_base``."""

    rag_score_threshold: float | None = None
    rag_n_chunks: int | None = Field(None, ge=0)
    rag_surrounding_chunk_radius: int | None = Field(None, ge=0)
    enable_rag_observability_app_messages: bool = False


class FlowLayer(Body):
    """``layers.conversational_flow``."""

    turn_taking_patience: Literal["low", "medium", "high"] = "medium"
    replica_interruptibility: Literal["verylow", "low", "medium", "high"] = Field(
        "medium",
        validation_alias=AliasChoices(
            "replica_interruptibility", "pal_interruptibility", "face_interruptibility"
        ),
    )
    turn_detection_model: str = ""
    voice_isolation: Literal["near", "off"] = "near"
    wake_phrase: str = Field("", max_length=200)
    sleep_phrase: str = Field("", max_length=200)
    idle_engagement: Literal["off", "patient", "eager"] = "off"

    @model_validator(mode="after")
    def _sleeps_only_if_it_wakes(self) -> Self:
        if self.sleep_phrase.strip() and not self.wake_phrase.strip():
            raise ValueError("sleep_phrase needs a wake_phrase")
        return self


class Layers(Body):
    """All layers; one that is not named here is kept as it is."""

    llm: LLMLayer = Field(default_factory=LLMLayer)
    stt: STTLayer = Field(default_factory=STTLayer)
    tts: TTSLayer = Field(default_factory=TTSLayer)
    conversational_flow: FlowLayer = Field(default_factory=FlowLayer)
    perception: PerceptionLayer = Field(default_factory=PerceptionLayer)
    transport: TransportLayer = Field(default_factory=TransportLayer)
    knowledge_base: KnowledgeLayer = Field(default_factory=KnowledgeLayer)
