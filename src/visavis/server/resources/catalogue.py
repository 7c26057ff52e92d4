"""The personas and replicas that need not be made: they come with the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from visavis.server.store import Resource, Store
from visavis.session.bodies import PersonaBody

BUILT = datetime(2026, 6, 1, tzinfo=UTC)
"""The creation date that built-in personas and replicas carry."""

VERA_PROMPT = """\
You are Vera, a friendly and attentive person in a video call. What you write is spoken aloud.
Answer in one to three short sentences of plain spoken English. Never use lists, headings, markdown, \
emoji or symbols, and write out numbers as one says them. When you do not know something, say so. \
When you did not understand, ask. Now and then ask a short question back to keep the conversation going."""


@dataclass(frozen=True, slots=True)
class Replica:
    """A look and a voice."""

    id: str
    name: str
    model_name: str = "drawn"


VERA = Replica("r-drawn-vera", "Vera")
REPLICAS = {VERA.id: VERA}

PERSONA = "persona"
"""The kind of ``store.Resource``."""
DEFAULT_PERSONA = "p-vera"
PERSONAS: dict[str, dict[str, Any]] = {
    DEFAULT_PERSONA: {
        "persona_name": "Vera",
        "system_prompt": VERA_PROMPT,
        "greeting": "Hi, I'm Vera. It's good to see you. What would you like to talk about?",
        "default_replica_id": VERA.id,
    },
    # Pipecat's transport asks for these by name and brings all speech by echo (PROTOCOL 2.2).
    "pipecat0": {"persona_name": "Pipecat", "pipeline_mode": "echo", "default_replica_id": VERA.id},
    "pipecat-stream": {"persona_name": "Pipecat", "pipeline_mode": "echo", "default_replica_id": VERA.id},
}

log = structlog.get_logger(__name__)


def built_in_persona(persona_id: str) -> Resource:
    """One of ``PERSONAS``.

    Raises:
        KeyError: there is none of this id.
    """
    return Resource(
        id=persona_id, kind=PERSONA, document=PERSONAS[persona_id], created_at=BUILT, updated_at=BUILT
    )


async def find_persona(store: Store, persona_id: str) -> Resource | None:
    """A built-in persona or one of the store's."""
    if persona_id in PERSONAS:
        return built_in_persona(persona_id)
    return await store.resources.get(persona_id, PERSONA)


async def persona_or_default(store: Store, persona_id: str) -> Resource:
    """As ``find_persona``; ids of hosted stock personas get the default one (PROTOCOL 7)."""
    found = await find_persona(store, persona_id or DEFAULT_PERSONA)
    if found is None:
        log.warning("unknown persona: the default one answers", asked=persona_id[:64], using=DEFAULT_PERSONA)
        return built_in_persona(DEFAULT_PERSONA)
    return found


def replica_or_default(asked: str, persona: PersonaBody) -> Replica:
    """The replica asked for, else the persona's; ids of hosted stock replicas get the default one."""
    wanted = asked or persona.default_replica_id or VERA.id
    if wanted not in REPLICAS:
        log.warning("unknown replica: the default one appears", asked=wanted[:64], using=VERA.id)
    return REPLICAS.get(wanted, VERA)
