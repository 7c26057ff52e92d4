"""``/v2/objectives`` and ``/v2/guardrails`` (PROTOCOL 2.5, 2.6)."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter

from visavis.server.errors import Refusal
from visavis.server.routes.paging import Limit, Page, listing, page_of
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.steering import GUARDRAIL, GUARDRAIL_SET, OBJECTIVES
from visavis.server.store import Resource
from visavis.server.views import iso
from visavis.session.steering import GuardrailBody, GuardrailSetBody, ObjectivesBody

router = APIRouter(prefix="/v2", tags=["objectives and guardrails"], route_class=StrictRoute)


@router.post("/objectives")
async def create_objectives(body: ObjectivesBody, services: Injected) -> dict[str, Any]:
    """Keep a set of objectives."""
    row = await _keep(services, "o", OBJECTIVES, body.model_dump(mode="json", exclude_unset=True))
    return _objectives_view(row)


@router.get("/objectives")
async def list_objectives(services: Injected, limit: Limit = 10, page: Page = 1) -> dict[str, Any]:
    """Sets of objectives, the newest first."""
    rows = await services.store.resources.all(OBJECTIVES)
    return listing([_objectives_view(row) for row in page_of(rows, limit, page)], len(rows))


@router.get("/objectives/{objectives_id}")
async def get_objectives(objectives_id: str, services: Injected) -> dict[str, Any]:
    """One set, with its steps as ``data``."""
    row = await _find(services, objectives_id, OBJECTIVES, "Objective not found")
    return {**_objectives_view(row), "data": row.document["data"]}


@router.delete("/objectives/{objectives_id}", status_code=204)
async def delete_objectives(objectives_id: str, services: Injected) -> None:
    """Forget a set."""
    row = await _find(services, objectives_id, OBJECTIVES, "Objective not found")
    await services.store.resources.delete(row.id, row.kind)


@router.post("/guardrails")
async def create_guardrail(body: GuardrailBody | GuardrailSetBody, services: Injected) -> dict[str, Any]:
    """Keep a guardrail, or a legacy set of them."""
    kind = GUARDRAIL if isinstance(body, GuardrailBody) else GUARDRAIL_SET
    row = await _keep(services, "g", kind, body.model_dump(mode="json", exclude_unset=True))
    return _guardrail_view(row)


@router.get("/guardrails")
async def list_guardrails(
    services: Injected, limit: Limit = 10, page: Page = 1, legacy: bool = False, tags: str = ""
) -> dict[str, Any]:
    """Guardrails, or the legacy sets, the newest first; ``tags`` is a comma list of which one must match."""
    rows = list(await services.store.resources.all(GUARDRAIL_SET if legacy else GUARDRAIL))
    if wanted := {tag.strip() for tag in tags.split(",") if tag.strip()}:
        rows = [row for row in rows if wanted & set(row.document.get("tags", []))]
    return listing([_guardrail_view(row) for row in page_of(rows, limit, page)], len(rows))


@router.get("/guardrails/tags")
async def guardrail_tags(services: Injected) -> dict[str, Any]:
    """Every tag in use."""
    rows = await services.store.resources.all(GUARDRAIL)
    tags = sorted({tag for row in rows for tag in row.document.get("tags", [])})
    return {"tags": tags, "total_count": len(tags)}


@router.get("/guardrails/{guardrail_id}")
async def get_guardrail(guardrail_id: str, services: Injected) -> dict[str, Any]:
    """One guardrail, or a legacy set with its guardrails as ``data``."""
    row = await _find_guardrail(services, guardrail_id)
    more = {"data": row.document["data"]} if row.kind == GUARDRAIL_SET else {}
    return {**_guardrail_view(row), **more}


@router.delete("/guardrails/{guardrail_id}", status_code=204)
async def delete_guardrail(guardrail_id: str, services: Injected) -> None:
    """Forget a guardrail or a set."""
    row = await _find_guardrail(services, guardrail_id)
    await services.store.resources.delete(row.id, row.kind)


async def _keep(services: Services, prefix: str, kind: str, document: dict[str, Any]) -> Resource:
    row = Resource(id=f"{prefix}{secrets.token_hex(8)}", kind=kind, document=document)
    await services.store.resources.add(row)
    return row


async def _find(services: Services, resource_id: str, kind: str, missing: str) -> Resource:
    row = await services.store.resources.get(resource_id, kind)
    if row is None:
        raise Refusal(404, missing)
    return row


async def _find_guardrail(services: Services, guardrail_id: str) -> Resource:
    row = await services.store.resources.get(guardrail_id, GUARDRAIL, GUARDRAIL_SET)
    if row is None:
        raise Refusal(404, "Guardrails not found")
    return row


def _objectives_view(row: Resource) -> dict[str, Any]:
    first = row.document["data"][0]["objective_name"]
    return {
        "objectives_id": row.id,
        "objective_name": row.document.get("name") or first,
        "status": "active",
        "created_at": iso(row.created_at),
    }


def _guardrail_view(row: Resource) -> dict[str, Any]:
    if row.kind == GUARDRAIL_SET:
        return {
            "guardrails_id": row.id,
            "guardrails_name": row.document["name"],
            "status": "active",
            "created_at": iso(row.created_at),
        }
    defaults = {"modality": "verbal", "callback_url": "", "tags": [], "app_message": True}
    return {**defaults, **row.document, "uuid": row.id, "created_at": iso(row.created_at)}
