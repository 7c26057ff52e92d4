"""From a request, a persona and the settings to what a worker needs to know."""

from __future__ import annotations

import secrets

from visavis.config import Settings
from visavis.errors import WorkerLost
from visavis.server.endpoints import own_endpoint
from visavis.server.resources.catalogue import Replica
from visavis.server.resources.sealing import opened
from visavis.server.store import Resource
from visavis.server.vault import Vault
from visavis.server.vision import vision_spec
from visavis.session.bodies import CreateConversation, LLMLayer, PersonaBody
from visavis.session.composing import composed
from visavis.session.spec import ConversationSpec, LLMSpec

HOSTED_MODELS = "tavus-"
"""Names that begin like this exist in the hosted service only: the default model answers for them."""


def conversation_id() -> str:
    """A new id; it opens the room, so nobody can guess it."""
    return f"c{secrets.token_hex(16)}"


def conversation_spec(
    name: str,
    body: CreateConversation,
    persona: Resource,
    replica: Replica,
    default: LLMSpec | None,
    settings: Settings,
    vault: Vault,
) -> ConversationSpec:
    """What the worker is told.

    Args:
        name: its ``conversation_id``.
        body: the request.
        persona: who speaks.
        replica: how that looks.
        default: the server's own LLM; None while it is not ready.
        settings: the server's.
        vault: opens the secrets of the persona.

    Raises:
        WorkerLost: the default LLM is needed and not ready.
    """
    about = PersonaBody.model_validate(opened(persona.document, vault))
    echo = about.pipeline_mode == "echo"
    spec = composed(
        body,
        about,
        None if echo else llm_spec(about.layers.llm, default),
        dialect=settings.dialect,
        perceives=None if settings.perception_engine == "off" else settings.emotion_recognition,
        conversation_id=name,
        replica_id=replica.id,
        replica_name=replica.name,
        persona_id=persona.id,
        persona_name=about.persona_name or replica.name,
        keep_log=settings.keep_input_log,
        seed=secrets.randbits(53),
    )
    if spec.perception:
        spec.perception.vision = vision_spec(about.layers.perception, settings)
    return spec


def llm_spec(layer: LLMLayer, default: LLMSpec | None) -> LLMSpec:
    """The persona's own endpoint, else the server's with the persona's tools and parameters.

    Headers and keys of the layer go to the layer's own endpoint only.
    """
    if layer.base_url:
        return LLMSpec(
            **own_endpoint(layer),
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
