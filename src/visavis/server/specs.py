"""From a request, a persona and the settings to what a worker needs to know."""

from __future__ import annotations

import secrets

from visavis.config import Settings
from visavis.errors import WorkerLost
from visavis.server.bodies import CreateConversation, LLMLayer, PersonaBody
from visavis.server.catalogue import Replica
from visavis.server.store import Persona
from visavis.session.spec import ConversationSpec, FlowSpec, LLMSpec

HOSTED_MODELS = "tavus-"
"""Names that begin like this exist in the hosted service only: the default model answers for them."""


def conversation_id() -> str:
    """A new id; it opens the room, so nobody can guess it."""
    return f"c{secrets.token_hex(16)}"


def conversation_spec(
    name: str,
    body: CreateConversation,
    persona: Persona,
    replica: Replica,
    default: LLMSpec | None,
    settings: Settings,
) -> ConversationSpec:
    """What the worker is told.

    Args:
        name: its ``conversation_id``.
        body: the request.
        persona: who speaks.
        replica: how that looks.
        default: the server's own LLM; None while it is not ready.
        settings: the server's.

    Raises:
        WorkerLost: the default LLM is needed and not ready.
    """
    about = PersonaBody.model_validate(persona.document)
    echo = about.pipeline_mode == "echo"
    flow = about.layers.conversational_flow
    return ConversationSpec(
        conversation_id=name,
        conversation_name=body.conversation_name,
        replica_id=replica.id,
        replica_name=replica.name,
        persona_id=persona.id,
        persona_name=about.persona_name or replica.name,
        pipeline_mode=about.pipeline_mode,
        system_prompt=about.system_prompt,
        context="\n\n".join(filter(None, (about.context, body.conversational_context))),
        greeting=_greeting(body, about, echo),
        llm=None if echo else llm_spec(about.layers.llm, default),
        flow=FlowSpec(
            turn_taking_patience=flow.turn_taking_patience,
            replica_interruptibility=flow.replica_interruptibility,
            wake_phrase=flow.wake_phrase,
            sleep_phrase=flow.sleep_phrase,
            idle_engagement=flow.idle_engagement,
        ),
        chat=body.chat,
        dialect=body.properties.dialect or settings.dialect,
        keep_log=settings.keep_input_log,
        audio_only=body.audio_only,
        max_call_duration=body.properties.max_call_duration,
        participant_left_timeout=body.properties.participant_left_timeout,
        participant_absent_timeout=body.properties.participant_absent_timeout,
        max_participants=body.max_participants,
        seed=secrets.randbits(53),
    )


def _greeting(body: CreateConversation, about: PersonaBody, echo: bool) -> str:
    """The conversation's own, even if that is none; else the persona's, who has none in echo mode."""
    if body.custom_greeting is not None:
        return body.custom_greeting
    return "" if echo else about.greeting


def llm_spec(layer: LLMLayer, default: LLMSpec | None) -> LLMSpec:
    """The persona's own endpoint, else the server's with the persona's tools and parameters.

    Headers and keys of the layer go to the layer's own endpoint only.
    """
    if layer.base_url:
        return LLMSpec(
            base_url=layer.base_url,
            api_key=layer.api_key,
            model=layer.model or "default",
            headers=layer.headers,
            extra_body=layer.extra_body,
            default_query=layer.default_query,
            tools=layer.tools,
            speculative_inference=layer.speculative_inference,
        )
    if default is None:
        raise WorkerLost("the LLM is still loading; ask /readyz and try again")
    return default.model_copy(
        update={
            "extra_body": {**default.extra_body, **layer.extra_body},
            "tools": layer.tools,
            "speculative_inference": layer.speculative_inference,
        }
    )
