"""From what clients post to what a session holds: the same for a server and for a test without one."""

from __future__ import annotations

from typing import Any

from visavis.protocol.dialects import DialectName
from visavis.session.bodies import CreateConversation, PersonaBody
from visavis.session.spec import ConversationSpec, FlowSpec, LLMSpec


def composed(
    body: CreateConversation,
    about: PersonaBody,
    llm: LLMSpec | None,
    *,
    dialect: DialectName,
    **identity: Any,
) -> ConversationSpec:
    """What a request and a persona say, together.

    Args:
        body: the request.
        about: the persona.
        llm: what answers; unused in echo mode.
        dialect: if the request names none.
        identity: the fields of ``ConversationSpec`` that neither of them knows.
    """
    echo = about.pipeline_mode == "echo"
    flow = about.layers.conversational_flow
    return ConversationSpec(
        conversation_name=body.conversation_name,
        pipeline_mode=about.pipeline_mode,
        system_prompt=about.system_prompt,
        context="\n\n".join(filter(None, (about.context, body.conversational_context))),
        greeting=_greeting(body, about, echo),
        llm=None if echo else llm,
        flow=FlowSpec(
            turn_taking_patience=flow.turn_taking_patience,
            replica_interruptibility=flow.replica_interruptibility,
            wake_phrase=flow.wake_phrase,
            sleep_phrase=flow.sleep_phrase,
            idle_engagement=flow.idle_engagement,
        ),
        chat=body.chat,
        dialect=body.properties.dialect or dialect,
        audio_only=body.audio_only,
        max_call_duration=body.properties.max_call_duration,
        participant_left_timeout=_left_timeout(body),
        participant_absent_timeout=body.properties.participant_absent_timeout,
        max_participants=body.max_participants,
        **identity,
    )


def _greeting(body: CreateConversation, about: PersonaBody, echo: bool) -> str:
    """The conversation's own, even if that is none; else the persona's, who has none in echo mode."""
    if body.custom_greeting is not None:
        return body.custom_greeting
    return "" if echo else about.greeting


def _left_timeout(body: CreateConversation) -> int:
    """A chat's people come with a question each time and go, so that nobody there is like the beginning."""
    said = body.properties
    if body.chat and "participant_left_timeout" not in said.model_fields_set:
        return said.participant_absent_timeout
    return said.participant_left_timeout
