"""From the JSON of the REST API to what a conversation in memory holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from visavis.conversation.inputs import Guardrail, Objective
from visavis.session.bodies import CallProperties, CreateConversation, LLMLayer, PersonaBody
from visavis.session.composing import composed
from visavis.session.spec import ConversationSpec, LLMSpec
from visavis.session.steering import GuardrailBody, ObjectivesBody

PERSONA: dict[str, Any] = {"system_prompt": "You are a friendly person in a video call."}
"""Who answers if the test names nobody."""
NAME = "c0000000000000000000000000000test"


def conversation_spec(
    persona: Mapping[str, Any] | None,
    body: Mapping[str, Any],
    objectives: Sequence[Mapping[str, Any]],
    guardrails: Sequence[Mapping[str, Any]],
    seed: int,
) -> ConversationSpec:
    """What the server would make of the same requests.

    Args:
        persona: the body of ``POST /v2/personas``.
        body: that of ``POST /v2/conversations``.
        objectives: the ``data`` of ``POST /v2/objectives``.
        guardrails: each a body of ``POST /v2/guardrails``.
        seed: where ids come from.

    Raises:
        pydantic.ValidationError: the server would refuse it.
        TypeError: a field that no request has.
    """
    about = PersonaBody.model_validate(dict(PERSONA if persona is None else persona))
    request = CreateConversation.model_validate(_known(body))
    return composed(
        request,
        about,
        _llm(about.layers.llm),
        dialect="union",
        conversation_id=NAME,
        replica_id="r-test",
        replica_name=about.persona_name or "Replica",
        persona_id="p-test",
        persona_name=about.persona_name,
        objectives=_objectives(objectives),
        guardrails=_guardrails(guardrails),
        seed=seed,
    )


def _llm(layer: LLMLayer) -> LLMSpec:
    return LLMSpec(
        base_url="http://scripted.invalid",
        model="scripted",
        tools=layer.tools,
        speculative_inference=layer.speculative_inference,
    )


def _known(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request, if it has no field that nobody knows: in a test that is a mistake.

    The fields of ``properties`` may stand beside the others.
    """
    nested = {name: body[name] for name in CallProperties.model_fields if name in body}
    own = {"replica_id", "face_id", "persona_id", "pal_id", "properties", *CreateConversation.model_fields}
    if unknown := [name for name in body if name not in own and name not in nested]:
        raise TypeError(f"no such field of a conversation: {', '.join(unknown)}")
    rest = {name: value for name, value in body.items() if name not in nested}
    return {**rest, "properties": {**dict(rest.get("properties") or {}), **nested}}


def _objectives(steps: Sequence[Mapping[str, Any]]) -> list[Objective]:
    return ObjectivesBody.model_validate({"data": list(steps)}).steps() if steps else []


def _guardrails(bodies: Sequence[Mapping[str, Any]]) -> list[Guardrail]:
    return [
        GuardrailBody.model_validate(dict(body)).rule(f"g-test-{number}")
        for number, body in enumerate(bodies, 1)
    ]
