"""The objectives and guardrails that a persona names, from the store (PROTOCOL 2.5, 2.6)."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Steering:
    """What a persona works towards and must not do, and who is told of it.

    Attributes:
        callbacks: URLs, by the kind and the name of whatever they belong to.
    """

    objectives: list[inputs.Objective] = field(default_factory=list)
    guardrails: list[inputs.Guardrail] = field(default_factory=list)
    callbacks: dict[str, dict[str, str]] = field(default_factory=dict)

    def call_back(self, kind: str, name: str, url: str) -> None:
        """Tell this URL of it; empty: nobody."""
        if url:
            self.callbacks.setdefault(kind, {})[name] = url


async def steering_of(store: Store, persona: PersonaBody) -> Steering:
    """Objectives and guardrails of a persona.

    Raises:
        Refusal: it names what does not exist, or too many.
    """
    found = Steering()
    await _add_objectives(store, persona, found)
    await _add_guardrails(store, persona, found)
    return found


async def _add_objectives(store: Store, persona: PersonaBody, found: Steering) -> None:
    """The steps of its set."""
    if not persona.objectives_id:
        return
    row = await store.resources.get(persona.objectives_id, OBJECTIVES)
    if row is None:
        raise Refusal(400, "Invalid objectives_id")
    try:
        body = ObjectivesBody.model_validate(row.document)
    except ValidationError as error:
        # An earlier release was less strict.
        raise Refusal(400, f"objectives_id: {error.errors()[0]['msg']}") from None
    found.objectives = body.steps()
    for step in body.data:
        found.call_back("objective", step.objective_name, step.callback_url)


async def _add_guardrails(store: Store, persona: PersonaBody, found: Steering) -> None:
    """Those it names, those of its tags, and those of its legacy set; of one name, the last."""
    rules: dict[str, tuple[GuardrailBody, str]] = {}
    if persona.guardrails_id:
        row = await store.resources.get(persona.guardrails_id, GUARDRAIL_SET)
        if row is None:
            raise Refusal(400, "Invalid guardrails_id")
        for rule in GuardrailSetBody.model_validate(row.document).data:
            rules[rule.guardrail_name] = (rule, row.id)
    every = (
        {row.id: row for row in await store.resources.all(GUARDRAIL)} if _wants_single_ones(persona) else {}
    )
    if unknown := [name for name in persona.guardrail_ids if name not in every]:
        raise Refusal(400, f"Invalid guardrail_ids: {unknown[0][:64]}")
    tags = set(persona.guardrail_tags)
    for row in every.values():
        if row.id in persona.guardrail_ids or tags & set(row.document.get("tags", [])):
            body = GuardrailBody.model_validate(row.document)
            rules[body.guardrail_name] = (body, row.id)
    if len(rules) > MOST_GUARDRAILS:
        raise Refusal(
            400, f"guardrails: a conversation takes {MOST_GUARDRAILS}, this would have {len(rules)}"
        )
    for name, (body, uuid) in rules.items():
        found.guardrails.append(body.rule(uuid))
        found.call_back("guardrail", name, body.callback_url)


def _wants_single_ones(persona: PersonaBody) -> bool:
    return bool(persona.guardrail_ids or persona.guardrail_tags)
