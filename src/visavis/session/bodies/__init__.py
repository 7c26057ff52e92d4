"""What clients post (PROTOCOL 2). Both families of names are read; unknown fields are let pass."""

from visavis.layers.perception.settings import PerceptionLayer
from visavis.session.bodies.base import LONGEST_PROMPT, URL, Body, Tag
from visavis.session.bodies.conversation import LONGEST_WAIT, CallProperties, CreateConversation
from visavis.session.bodies.layers import (
    FlowLayer,
    KnowledgeLayer,
    Layers,
    LLMLayer,
    STTLayer,
    TransportLayer,
    TTSLayer,
)
from visavis.session.bodies.persona import MOST_TOOLS, PersonaBody
from visavis.session.bodies.recording import RecordingStorage

__all__ = [
    "LONGEST_PROMPT",
    "LONGEST_WAIT",
    "MOST_TOOLS",
    "URL",
    "Body",
    "CallProperties",
    "CreateConversation",
    "FlowLayer",
    "KnowledgeLayer",
    "LLMLayer",
    "Layers",
    "PerceptionLayer",
    "PersonaBody",
    "RecordingStorage",
    "STTLayer",
    "TTSLayer",
    "Tag",
    "TransportLayer",
]
