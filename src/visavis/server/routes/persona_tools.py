"""``/v2/personas/{id}/tools``: what a persona has; the same under ``/v2/pals`` (PROTOCOL 2.2)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from visavis.server.errors import Refusal
from visavis.server.resources import tools
from visavis.server.resources.catalogue import PERSONA, PERSONAS, find_persona
from visavis.server.routes.paging import listing
from visavis.server.routes.tools import tool_view
from visavis.server.routes.warnings import warnings_of
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Resource
from visavis.session.bodies import MOST_TOOLS, Body

router = APIRouter(prefix="/v2", tags=["tools"], route_class=StrictRoute)

BRIEF = ("tool_id", "name", "description", "origin", "trigger_type", "delivery", "created_at", "updated_at")
BUILT_IN = "a persona that comes with the server cannot be changed"


class Attach(Body):
    """The body of ``POST``."""

    tool_ids: list[str] = Field(min_length=1, max_length=MOST_TOOLS)


@router.get("/personas/{persona_id}/tools")
@router.get("/pals/{persona_id}/tools", include_in_schema=False)
async def list_(persona_id: str, services: Injected, verbose: bool = False) -> dict[str, Any]:
    """The tools of a persona, in its order; ``verbose`` gives them whole. Inline ones are not among them."""
    persona = await find_persona(services.store, persona_id)
    if persona is None:
        raise _unknown()
    return await _listed(services, persona, verbose)


@router.post("/personas/{persona_id}/tools")
@router.post("/pals/{persona_id}/tools", include_in_schema=False)
async def attach(persona_id: str, body: Attach, services: Injected) -> dict[str, Any]:
    """Give a persona these tools beside those it has; the answer lists all, and what it asks in vain."""
    persona = await _own(services, persona_id)
    await tools.rows_of(services.store, [*_tool_ids(persona.document), *body.tool_ids])

    def more(document: dict[str, Any]) -> dict[str, Any]:
        ids = list(dict.fromkeys([*_tool_ids(document), *body.tool_ids]))
        if len(ids) > MOST_TOOLS:
            raise Refusal(400, f"a persona has {MOST_TOOLS} tools at most, this would be {len(ids)}")
        return {**document, "tool_ids": ids}

    changed = await services.store.resources.change(persona_id, PERSONA, more)
    if changed is None:
        raise _unknown()
    return await _listed(services, changed, verbose=False) | await warnings_of(services, changed)


@router.delete("/personas/{persona_id}/tools/{tool_id}", status_code=204)
@router.delete("/pals/{persona_id}/tools/{tool_id}", status_code=204, include_in_schema=False)
async def detach(persona_id: str, tool_id: str, services: Injected) -> None:
    """Take a tool from a persona; it is kept."""
    persona = await _own(services, persona_id)
    if tool_id not in _tool_ids(persona.document):
        raise Refusal(404, "Tool not found")

    def less(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "tool_ids": [name for name in _tool_ids(document) if name != tool_id]}

    await services.store.resources.change(persona_id, PERSONA, less)


async def _listed(services: Services, persona: Resource, verbose: bool) -> dict[str, Any]:
    wanted = _tool_ids(persona.document)
    every = {row.id: row for row in await services.store.resources.all(tools.TOOL)} if wanted else {}
    views = [tool_view(every[name]) for name in wanted if name in every]
    data = views if verbose else [{key: view[key] for key in BRIEF} for view in views]
    return {**listing(data, len(data)), "tool_ids": [view["tool_id"] for view in views]}


async def _own(services: Services, persona_id: str) -> Resource:
    if persona_id in PERSONAS:
        raise Refusal(400, BUILT_IN)
    persona = await services.store.resources.get(persona_id, PERSONA)
    if persona is None:
        raise _unknown()
    return persona


def _tool_ids(document: dict[str, Any]) -> list[str]:
    return list(document.get("tool_ids") or [])


def _unknown() -> Refusal:
    return Refusal(400, "Invalid persona_id")
