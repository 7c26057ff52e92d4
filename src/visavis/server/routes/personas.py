"""``/v2/personas``, and the same under its newer name ``/v2/pals`` (PROTOCOL 2.2)."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from fastapi import APIRouter

from visavis.server.catalogue import PERSONA, PERSONAS, built_in_persona, find_persona
from visavis.server.errors import Refusal
from visavis.server.routes.paging import Limit, Page, listing, page_of
from visavis.server.sealing import sealed
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Resource
from visavis.server.tools import rows_of
from visavis.server.views import persona_view
from visavis.session.bodies import PersonaBody

router = APIRouter(prefix="/v2", tags=["personas"], route_class=StrictRoute)


@router.post("/personas")
@router.post("/pals", include_in_schema=False)
async def create(body: PersonaBody, services: Injected) -> dict[str, Any]:
    """Keep a persona."""
    await rows_of(services.store, body.tool_ids)
    document = body.model_dump(mode="json", exclude_unset=True)
    persona = Resource(id=f"p{secrets.token_hex(8)}", kind=PERSONA, document=sealed(document, services.vault))
    await services.store.resources.add(persona)
    kept = ("persona_id", "pal_id", "persona_name", "pal_name", "created_at")
    view = persona_view(persona)
    return {key: view[key] for key in kept}


@router.get("/personas")
@router.get("/pals", include_in_schema=False)
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    persona_type: Literal["user", "system"] | None = None,
) -> dict[str, Any]:
    """Personas: the users', the newest first, then the built-in ones."""
    users = list(await services.store.resources.all(PERSONA)) if persona_type != "system" else []
    system = [built_in_persona(name) for name in PERSONAS] if persona_type != "user" else []
    found = users + system
    return listing([persona_view(persona) for persona in page_of(found, limit, page)], len(found))


@router.get("/personas/{persona_id}")
@router.get("/pals/{persona_id}", include_in_schema=False)
async def get(persona_id: str, services: Injected) -> dict[str, Any]:
    """One persona: a flat object that also holds itself as ``data``, for both kinds of readers."""
    persona = await find_persona(services.store, persona_id)
    if persona is None:
        raise Refusal(400, "Invalid persona_id")
    view = persona_view(persona)
    return {**view, "data": [view]}


@router.delete("/personas/{persona_id}", status_code=204)
@router.delete("/pals/{persona_id}", status_code=204, include_in_schema=False)
async def delete(persona_id: str, services: Injected) -> None:
    """Forget a persona; conversations that began with it go on."""
    if persona_id in PERSONAS:
        raise Refusal(400, "a persona that comes with the server cannot be deleted")
    if not await services.store.resources.delete(persona_id, PERSONA):
        raise Refusal(400, "Invalid persona_id")
