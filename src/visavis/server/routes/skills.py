"""``/v2/skills`` and ``/v2/personas/{id}/skills``, the latter also under ``/v2/pals`` (PROTOCOL 2.2, 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from visavis.server.errors import Refusal
from visavis.server.resources.catalogue import PERSONA, PERSONAS, find_persona
from visavis.server.resources.skills import REGISTRY, SKILLS, skill, skills_of
from visavis.server.routes.paging import listing
from visavis.server.routes.persona_tools import BUILT_IN
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.views import iso
from visavis.session.bodies import Body

router = APIRouter(prefix="/v2", tags=["skills"], route_class=StrictRoute)

Skills = dict[str, dict[str, Any]]


class Attachment(Body):
    """The body of ``PUT`` and ``PATCH``; an absent one means no configuration."""

    config: dict[str, Any] = Field(default_factory=dict)


class Replacement(Body):
    """The body of ``PUT`` for all of them."""

    skills: dict[str, Attachment | None]


@router.get("/skills")
async def registry() -> dict[str, Any]:
    """Every skill there is."""
    return listing([one.view() for one in REGISTRY.values()], len(REGISTRY))


@router.get("/skills/{skill_id}")
async def registered(skill_id: str) -> dict[str, Any]:
    """One skill."""
    return skill(skill_id).view()


@router.get("/personas/{persona_id}/skills")
@router.get("/pals/{persona_id}/skills", include_in_schema=False)
async def list_(persona_id: str, services: Injected) -> dict[str, Any]:
    """The skills of a persona, by their ids."""
    return _views(await _kept(services, persona_id))


@router.put("/personas/{persona_id}/skills")
@router.put("/pals/{persona_id}/skills", include_in_schema=False)
async def replace(persona_id: str, body: Replacement, services: Injected) -> dict[str, Any]:
    """Give a persona these skills, and no others."""
    given = {name: skill(name).checked(one.config if one else {}) for name, one in body.skills.items()}

    def edit(kept: Skills) -> Skills:
        return {name: _attached(kept.get(name), config) for name, config in given.items()}

    return _views(await _change(services, persona_id, edit))


@router.get("/personas/{persona_id}/skills/{skill_id}")
@router.get("/pals/{persona_id}/skills/{skill_id}", include_in_schema=False)
async def get(persona_id: str, skill_id: str, services: Injected) -> dict[str, Any]:
    """One skill of a persona."""
    kept = await _kept(services, persona_id)
    if skill_id not in kept:
        raise _not_attached()
    return _view(skill_id, kept[skill_id])


@router.put("/personas/{persona_id}/skills/{skill_id}")
@router.put("/pals/{persona_id}/skills/{skill_id}", include_in_schema=False)
async def attach(
    persona_id: str, skill_id: str, services: Injected, body: Attachment | None = None
) -> dict[str, Any]:
    """Give a persona a skill, or the skill another configuration."""
    config = skill(skill_id).checked(body.config if body else {})
    kept = await _change(
        services, persona_id, lambda kept: {**kept, skill_id: _attached(kept.get(skill_id), config)}
    )
    return _view(skill_id, kept[skill_id])


@router.patch("/personas/{persona_id}/skills/{skill_id}")
@router.patch("/pals/{persona_id}/skills/{skill_id}", include_in_schema=False)
async def change(persona_id: str, skill_id: str, body: Attachment, services: Injected) -> dict[str, Any]:
    """Change the fields that are given of a skill's configuration."""
    known = skill(skill_id)

    def edit(kept: Skills) -> Skills:
        if skill_id not in kept:
            raise _not_attached()
        config = known.checked({**kept[skill_id].get("config", {}), **body.config})
        return {**kept, skill_id: _attached(kept[skill_id], config)}

    return _view(skill_id, (await _change(services, persona_id, edit))[skill_id])


@router.delete("/personas/{persona_id}/skills/{skill_id}", status_code=204)
@router.delete("/pals/{persona_id}/skills/{skill_id}", status_code=204, include_in_schema=False)
async def detach(persona_id: str, skill_id: str, services: Injected) -> None:
    """Take a skill from a persona."""

    def edit(kept: Skills) -> Skills:
        if skill_id not in kept:
            raise _not_attached()
        return {name: one for name, one in kept.items() if name != skill_id}

    await _change(services, persona_id, edit)


async def _kept(services: Services, persona_id: str) -> Skills:
    persona = await find_persona(services.store, persona_id)
    if persona is None:
        raise _unknown()
    return skills_of(persona.document)


async def _change(services: Services, persona_id: str, edit: Callable[[Skills], Skills]) -> Skills:
    if persona_id in PERSONAS:
        raise Refusal(400, BUILT_IN)
    changed = await services.store.resources.change(
        persona_id, PERSONA, lambda document: {**document, SKILLS: edit(skills_of(document))}
    )
    if changed is None:
        raise _unknown()
    return skills_of(changed.document)


def _attached(before: dict[str, Any] | None, config: dict[str, Any]) -> dict[str, Any]:
    moment = iso(datetime.now(UTC))
    since = (before or {}).get("attached_at", moment)
    return {"config": config, "attached_at": since, "updated_at": moment}


def _views(kept: Skills) -> dict[str, Any]:
    return {name: _view(name, one) for name, one in kept.items()}


def _view(skill_id: str, attached: dict[str, Any]) -> dict[str, Any]:
    return {"skill_id": skill_id, **attached}


def _unknown() -> Refusal:
    return Refusal(404, "PAL not found")


def _not_attached() -> Refusal:
    return Refusal(404, "the persona does not have this skill")
