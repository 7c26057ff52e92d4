"""``/v2/objectives`` (PROTOCOL 2.5)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from visavis.server.description.replies import Objectives, ObjectivesList, Valid, replies
from visavis.server.errors import Refusal
from visavis.server.resources.patches import patch_of
from visavis.server.resources.steering import OBJECTIVES, Kind
from visavis.server.routes.keeping import find, forget, keep
from visavis.server.routes.paging import Limit, Order, Page, Search, listing, offset, oldest_first
from visavis.server.routes.patching import UNCHANGED, Patch, change_resource, edited
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Filter, Resource
from visavis.server.views import iso
from visavis.session.steering import ObjectivesBody

router = APIRouter(prefix="/v2/objectives", tags=["objectives"], route_class=StrictRoute)

MISSING = "Objective not found"


@router.post("", responses=replies(Objectives))
async def create(body: ObjectivesBody, services: Injected) -> dict[str, Any]:
    """Keep a set of objectives."""
    row = await keep(services, "o", OBJECTIVES, body.model_dump(mode="json", exclude_unset=True))
    return view(row)


@router.post("/validate", responses=replies(Valid))
async def validate(body: ObjectivesBody) -> dict[str, Any]:
    """Whether a set makes sense, without keeping it; one that does not is refused as it would be."""
    return {"valid": True, "errors": [], "count": len(body.data)}


@router.get("", responses=replies(ObjectivesList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    type: Kind = "user",
    name_or_uuid: Search = "",
    sort: Order = None,
) -> dict[str, Any]:
    """Sets of objectives, the newest first. There are none of the system's."""
    if type == "system":
        return listing([], 0)
    wanted = Filter(search=name_or_uuid, searched=("name",), oldest_first=oldest_first(sort))
    rows, total = await services.store.resources.page(limit, offset(limit, page), OBJECTIVES, wanted=wanted)
    return listing([view(row) for row in rows], total)


@router.get("/{objectives_id}", responses=replies(Objectives))
async def get(objectives_id: str, services: Injected) -> dict[str, Any]:
    """One set, with its steps as ``data``."""
    row = await find(services, objectives_id, OBJECTIVES, missing=MISSING)
    return with_steps(row)


@router.patch("/{objectives_id}", response_model=None, responses=replies(Objectives, *UNCHANGED))
async def change(objectives_id: str, body: Patch, services: Injected) -> dict[str, Any] | Response:
    """Change a set by a JSON Patch of ``name``, ``data`` and ``allow_loops``."""
    patch = patch_of(body)
    row, same = await change_resource(
        services.store, objectives_id, OBJECTIVES, lambda document: edited(document, patch, ObjectivesBody)
    )
    if row is None:
        raise Refusal(404, MISSING)
    return Response(status_code=304) if same else with_steps(row)


@router.delete("/{objectives_id}", status_code=204)
async def delete(objectives_id: str, services: Injected) -> None:
    """Forget a set."""
    await forget(services, objectives_id, OBJECTIVES, missing=MISSING)


def view(row: Resource) -> dict[str, Any]:
    """A set in a list."""
    name = row.document.get("name") or row.document["data"][0]["objective_name"]
    return {
        "objectives_id": row.id,
        "uuid": row.id,
        "objective_name": name,
        "objectives_name": name,
        "name": row.document.get("name", ""),
        "allow_loops": row.document.get("allow_loops", False),
        "status": "active",
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }


def with_steps(row: Resource) -> dict[str, Any]:
    """A set by itself."""
    return {**view(row), "data": row.document["data"]}
