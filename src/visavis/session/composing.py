"""From what clients post to what a session holds: the same for a server and for a test without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from visavis.layers.perception import asked
from visavis.layers.perception.settings import EmotionRecognition, PerceptionLayer, PerceptionTool, allowed
from visavis.protocol.dialects import DialectName
from visavis.session.bodies import CreateConversation, Layers, PersonaBody
from visavis.session.bodies.languages import instruction
from visavis.session.bodies.layers import Sensitivity
from visavis.session.spec import ConversationSpec, FlowSpec, LLMSpec, PerceptionSpec

Level = Literal["low", "medium", "high"]
INVERTED: dict[Level, Level] = {"low": "high", "medium": "medium", "high": "low"}


def composed(
    body: CreateConversation,
    about: PersonaBody,
    llm: LLMSpec | None,
    *,
    dialect: DialectName,
    perceives: EmotionRecognition | None = "full",
    **identity: Any,
) -> ConversationSpec:
    """What a request and a persona say, together.

    Args:
        body: the request.
        about: the persona.
        llm: what answers; unused in echo mode.
        dialect: if the request names none.
        perceives: the most that the server lets perception tell of emotions; None: it looks at nobody.
        identity: the fields of ``ConversationSpec`` that neither of them knows.
    """
    echo = about.pipeline_mode == "echo"
    flow = about.layers.conversational_flow
    return ConversationSpec(
        conversation_name=body.conversation_name,
        pipeline_mode=about.pipeline_mode,
        system_prompt=_joined(about.system_prompt, instruction(body.properties.language)),
        context=_joined(about.context, body.conversational_context),
        greeting=_greeting(body, about, echo),
        llm=None if echo else llm,
        flow=FlowSpec(
            turn_taking_patience=_patience(about.layers),
            replica_interruptibility=_interruptibility(about.layers),
            wake_phrase=flow.wake_phrase,
            sleep_phrase=flow.sleep_phrase,
            idle_engagement=flow.idle_engagement,
        ),
        perception=None
        if echo or body.chat
        else perception_spec(about.layers.perception, perceives, body.policy),
        language=body.properties.language,
        hotwords=about.layers.stt.hotwords,
        greenscreen=body.properties.apply_greenscreen,
        chat=body.chat,
        dialect=body.properties.dialect or dialect,
        audio_only=body.audio_only,
        max_call_duration=body.properties.max_call_duration,
        participant_left_timeout=_left_timeout(body),
        participant_absent_timeout=body.properties.participant_absent_timeout,
        max_participants=body.max_participants,
        **identity,
    )


def perception_spec(
    layer: PerceptionLayer, perceives: EmotionRecognition | None, policy: str = ""
) -> PerceptionSpec | None:
    """What is to be looked at and listened for; nothing of it is matched to signals yet.

    Args:
        layer: the persona's.
        perceives: the most that the server lets perception tell of emotions; None: it looks at nobody.
        policy: the conversation's.

    Returns:
        None where the persona or the server wants nobody to be looked at.
    """
    if perceives is None or not layer.on:
        return None
    return PerceptionSpec(
        emotion_recognition=allowed(layer.asked_emotions(policy), perceives),
        visual_queries=_queries(layer.visual_awareness_queries),
        audio_queries=_queries(layer.audio_awareness_queries),
        analysis_queries=_queries(layer.perception_analysis_queries),
        visual_tool_prompt=layer.visual_tool_prompt,
        audio_tool_prompt=layer.audio_tool_prompt,
        tools=[
            *(_tool(tool, "vision") for tool in layer.visual_tools),
            *(_tool(tool, "audio") for tool in layer.audio_tools),
        ],
    )


def _queries(texts: Sequence[str]) -> list[asked.Query]:
    return [asked.Query(text=text) for text in texts]


def _tool(tool: PerceptionTool, modality: asked.Modality) -> asked.Tool:
    return asked.Tool(
        name=tool.function.name,
        modality=modality,
        definition={"type": "function", "function": tool.function.model_dump(mode="json")},
        frames=tool.frames,
    )


def _joined(*texts: str) -> str:
    """Paragraphs, without those that are empty."""
    return "\n\n".join(filter(None, texts))


def _patience(layers: Layers) -> Level:
    """The flow layer's, else what the older speech-to-text layer meant: a quick reply is little patience."""
    flow, older = layers.conversational_flow, layers.stt.participant_pause_sensitivity
    if flow.model_fields_set:
        return flow.turn_taking_patience
    return INVERTED[_level(older)]


def _interruptibility(layers: Layers) -> Level | Literal["verylow"]:
    """Likewise; whoever is heard easily stops the replica easily (PROTOCOL 7)."""
    flow, older = layers.conversational_flow, layers.stt.participant_interrupt_sensitivity
    if flow.model_fields_set:
        return flow.replica_interruptibility
    return _level(older)


def _level(sensitivity: Sensitivity) -> Level:
    if sensitivity in ("superlow", "verylow", "low"):
        return "low"
    return "high" if sensitivity == "high" else "medium"


def _greeting(body: CreateConversation, about: PersonaBody, echo: bool) -> str:
    """The conversation's own, even if that is none; else the persona's, who has none in echo mode.

    Before it the persona says that it is an AI, where it has to; in echo mode the application speaks.
    """
    if echo:
        return body.custom_greeting or ""
    greeting = about.greeting if body.custom_greeting is None else body.custom_greeting
    return " ".join(filter(None, (about.spoken_disclosure(body.policy), greeting)))


def _left_timeout(body: CreateConversation) -> int:
    """A chat's people come with a question each time and go, so that nobody there is like the beginning."""
    said = body.properties
    if body.chat and "participant_left_timeout" not in said.model_fields_set:
        return said.participant_absent_timeout
    return said.participant_left_timeout
