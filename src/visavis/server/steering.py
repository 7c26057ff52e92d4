"""The objectives and guardrails that a persona names, from the store (PROTOCOL 2.5, 2.6)."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

from visavis.conversation import inputs
from visavis.server.errors import Refusal
from visavis.server.store import Store
from visavis.session.bodies import PersonaBody
from visavis.session.steering import GuardrailBody, GuardrailSetBody, ObjectivesBody

OBJECTIVES, GUARDRAIL, GUARDRAIL_SET = "objectives", "guardrail", "guardrail_set"
"""Kinds of ``store.Resource``."""
Kind = Literal["user", "system", "all"]
"""Whose."""
MOST_GUARDRAILS = 100
"""Of one conversation; a tag may be on any number, and the language model is told of each."""


async def objectives_of(store: Store, persona: PersonaBody) -> list[inputs.Objective]:
    """The steps of a persona.

    Raises:
        Refusal: it names a set that does not exist.
    """
    if not persona.objectives_id:
        return []
    row = await store.resources.get(persona.objectives_id, OBJECTIVES)
    if row is None:
        raise Refusal(400, "Invalid objectives_id")
    try:
        return ObjectivesBody.model_validate(row.document).steps()
    except ValidationError as error:
        # An earlier release was less strict.
        raise Refusal(400, f"objectives_id: {error.errors()[0]['msg']}") from None


async def guardrails_of(store: Store, persona: PersonaBody) -> list[inputs.Guardrail]:
    """The guardrails of a persona: those it names, those of its tags, and those of its legacy set.

    Raises:
        Refusal: it names one that does not exist, or too many.
    """
    found: dict[str, inputs.Guardrail] = {}
    if persona.guardrails_id:
        row = await store.resources.get(persona.guardrails_id, GUARDRAIL_SET)
        if row is None:
            raise Refusal(400, "Invalid guardrails_id")
        for rule in GuardrailSetBody.model_validate(row.document).data:
            found[rule.guardrail_name] = rule.rule(row.id)
    every = (
        {row.id: row for row in await store.resources.all(GUARDRAIL)} if _wants_single_ones(persona) else {}
    )
    if unknown := [name for name in persona.guardrail_ids if name not in every]:
        raise Refusal(400, f"Invalid guardrail_ids: {unknown[0][:64]}")
    tags = set(persona.guardrail_tags)
    for row in every.values():
        if row.id in persona.guardrail_ids or tags & set(row.document.get("tags", [])):
            body = GuardrailBody.model_validate(row.document)
            found[body.guardrail_name] = body.rule(row.id)
    if len(found) > MOST_GUARDRAILS:
        raise Refusal(
            400, f"guardrails: a conversation takes {MOST_GUARDRAILS}, this would have {len(found)}"
        )
    return list(found.values())


def _wants_single_ones(persona: PersonaBody) -> bool:
    return bool(persona.guardrail_ids or persona.guardrail_tags)
