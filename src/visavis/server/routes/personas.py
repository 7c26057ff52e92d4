"""``/v2/personas``, and the same under its newer name ``/v2/pals`` (PROTOCOL 2.2)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from visavis.server.description.replies import Persona, PersonaCreated, PersonaList, replies
from visavis.server.errors import Refusal
from visavis.server.resources import references
from visavis.server.resources.catalogue import PERSONA, PERSONAS, built_in_persona, find_persona
from visavis.server.resources.patches import patch_of
from visavis.server.resources.personas import changed, persona_view, stored
from visavis.server.resources.sealing import sealed
from visavis.server.routes.paging import Limit, Order, Page, listing, offset, oldest_first
from visavis.server.routes.patching import UNCHANGED, Patch, change_resource
from visavis.server.routes.warnings import warnings_of
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Filter, Resource
from visavis.session.bodies import PersonaBody

router = APIRouter(prefix="/v2", tags=["personas"], route_class=StrictRoute)

BUILT_IN = "a persona that comes with the server cannot be changed"
Kind = Annotated[
    Literal["user", "system", "all"] | None,
    Query(description="Whose: those of users, or those of the server."),
]


@router.post("/pals", responses=replies(PersonaCreated))
@router.post("/personas", responses=replies(PersonaCreated))
async def create(body: PersonaBody, services: Injected) -> dict[str, Any]:
    """Keep a persona. What it names must exist, but for its replica."""
    document = stored(body)
    await references.check(services.store, document)
    persona = Resource(id=f"p{secrets.token_hex(8)}", kind=PERSONA, document=sealed(document, services.vault))
    await services.store.resources.add(persona)
    kept = ("persona_id", "pal_id", "persona_name", "pal_name", "created_at")
    view = persona_view(persona)
    return {key: view[key] for key in kept} | await warnings_of(services, persona)


@router.get("/pals", responses=replies(PersonaList))
@router.get("/personas", responses=replies(PersonaList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    persona_type: Kind = None,
    pal_type: Kind = None,
    sort: Order = None,
) -> dict[str, Any]:
    """Personas: the users', the newest first, then the built-in ones."""
    kind = persona_type or pal_type
    start = offset(limit, page)
    users: list[Resource] = []
    total = 0
    if kind != "system":
        wanted = Filter(oldest_first=oldest_first(sort))
        rows, total = await services.store.resources.page(limit, start, PERSONA, wanted=wanted)
        users = list(rows)
    system = [built_in_persona(name) for name in PERSONAS] if kind != "user" else []
    shown = [*users, *system[max(start - total, 0) :]][:limit]
    return listing([persona_view(persona) for persona in shown], total + len(system))


@router.get("/pals/{persona_id}", responses=replies(Persona))
@router.get("/personas/{persona_id}", responses=replies(Persona))
async def get(persona_id: str, services: Injected) -> dict[str, Any]:
    """One persona: a flat object that also holds itself as ``data``, for both kinds of readers."""
    persona = await find_persona(services.store, persona_id)
    if persona is None:
        raise Refusal(400, "Invalid persona_id")
    view = persona_view(persona)
    return {**view, "data": [view]}


@router.patch("/pals/{persona_id}", response_model=None, responses=replies(Persona, *UNCHANGED))
@router.patch("/personas/{persona_id}", response_model=None, responses=replies(Persona, *UNCHANGED))
async def change(persona_id: str, body: Patch, services: Injected) -> dict[str, Any] | Response:
    """Change a persona by a JSON Patch (RFC 6902) of what ``GET`` shows, under any of its names.

    Masked secrets that come back stay as they are.
    """
    patch = patch_of(body)
    if persona_id in PERSONAS:
        raise Refusal(400, BUILT_IN)
    before = await services.store.resources.get(persona_id, PERSONA)
    if before is None:
        raise Refusal(400, "Invalid persona_id")

    def edit(document: dict[str, Any]) -> dict[str, Any]:
        now = Resource(
            id=before.id, document=document, created_at=before.created_at, updated_at=before.updated_at
        )
        return changed(now, patch, services.vault)

    await references.check(services.store, edit(before.document), before.document)
    after, same = await change_resource(services.store, persona_id, PERSONA, edit)
    if after is None:
        raise Refusal(400, "Invalid persona_id")
    if same:
        return Response(status_code=304)
    return persona_view(after) | await warnings_of(services, after)


@router.delete("/pals/{persona_id}", status_code=204)
@router.delete("/personas/{persona_id}", status_code=204)
async def delete(persona_id: str, services: Injected) -> None:
    """Forget a persona; conversations that began with it go on."""
    if persona_id in PERSONAS:
        raise Refusal(400, "a persona that comes with the server cannot be deleted")
    if not await services.store.resources.delete(persona_id, PERSONA):
        raise Refusal(400, "Invalid persona_id")
