"""``/v2/guardrails`` (PROTOCOL 2.6): single ones, and the sets of before May 2026."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query, Response

from visavis.server.description.replies import Guardrail, GuardrailList, TagList, replies
from visavis.server.errors import Refusal
from visavis.server.resources.patches import patch_of
from visavis.server.resources.steering import GUARDRAIL, GUARDRAIL_SET, Kind
from visavis.server.routes.keeping import find, forget, keep
from visavis.server.routes.paging import (
    Limit,
    Order,
    Page,
    Search,
    Tags,
    comma_list,
    listing,
    offset,
    oldest_first,
    tag_listing,
)
from visavis.server.routes.patching import UNCHANGED, Patch, change_resource, edited
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Filter, Resource
from visavis.server.views import iso
from visavis.session.steering import GuardrailBody, GuardrailSetBody

router = APIRouter(prefix="/v2/guardrails", tags=["guardrails"], route_class=StrictRoute)

MISSING = "Guardrails not found"


@router.post("", responses=replies(Guardrail))
async def create(body: GuardrailBody | GuardrailSetBody, services: Injected) -> dict[str, Any]:
    """Keep a guardrail, or a legacy set of them."""
    kind = GUARDRAIL if isinstance(body, GuardrailBody) else GUARDRAIL_SET
    return view(await keep(services, "g", kind, body.model_dump(mode="json", exclude_unset=True)))


@router.get("", responses=replies(GuardrailList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    legacy: bool = False,
    type: Kind = "user",
    name_or_uuid: Search = "",
    tags: Tags = "",
    sort: Order = None,
    verbose: bool = False,
) -> dict[str, Any]:
    """Guardrails, or the legacy sets, the newest first. There are none of the system's."""
    if type == "system":
        return listing([], 0)
    wanted = Filter(
        any_of={"tags": comma_list(tags)},
        search=name_or_uuid,
        searched=("name" if legacy else "guardrail_name",),
        oldest_first=oldest_first(sort),
    )
    kind = GUARDRAIL_SET if legacy else GUARDRAIL
    rows, total = await services.store.resources.page(limit, offset(limit, page), kind, wanted=wanted)
    more = {"guardrail_type": "user"} if verbose else {}
    return listing([{**view(row), **more} for row in rows], total)


@router.get("/tags", responses=replies(TagList))
async def list_tags(
    services: Injected,
    search: str | None = None,
    limit: int | None = Query(default=None, ge=1, le=1000),
    page: Page = 1,
) -> dict[str, Any]:
    """Every tag in use."""
    return tag_listing(await services.store.resources.tags(GUARDRAIL), search, limit, page)


@router.get("/{guardrail_id}", responses=replies(Guardrail))
async def get(guardrail_id: str, services: Injected, verbose: bool = False) -> dict[str, Any]:
    """One guardrail, or a legacy set with its guardrails as ``data``."""
    row = await find(services, guardrail_id, GUARDRAIL, GUARDRAIL_SET, missing=MISSING)
    return {**with_rules(row), **({"guardrail_type": "user"} if verbose else {})}


@router.patch("/{guardrail_id}", response_model=None, responses=replies(Guardrail, *UNCHANGED))
async def change(guardrail_id: str, body: Patch, services: Injected) -> dict[str, Any] | Response:
    """Change a guardrail, or a set (``/data/0/guardrail_prompt``), by a JSON Patch."""
    patch = patch_of(body)
    kind = (await find(services, guardrail_id, GUARDRAIL, GUARDRAIL_SET, missing=MISSING)).kind
    model = GuardrailBody if kind == GUARDRAIL else GuardrailSetBody
    row, same = await change_resource(
        services.store, guardrail_id, kind, lambda document: edited(document, patch, model)
    )
    if row is None:
        raise Refusal(404, MISSING)
    return Response(status_code=304) if same else with_rules(row)


@router.delete("/{guardrail_id}", status_code=204)
async def delete(guardrail_id: str, services: Injected) -> None:
    """Forget a guardrail or a set."""
    await forget(services, guardrail_id, GUARDRAIL, GUARDRAIL_SET, missing=MISSING)


def view(row: Resource) -> dict[str, Any]:
    """A guardrail, or a set in a list."""
    moments = {"created_at": iso(row.created_at), "updated_at": iso(row.updated_at)}
    if row.kind == GUARDRAIL_SET:
        return {
            "guardrails_id": row.id,
            "guardrails_name": row.document["name"],
            "name": row.document["name"],
            "status": "active",
            **moments,
        }
    defaults = {"modality": "verbal", "callback_url": "", "tags": [], "app_message": True}
    return {**defaults, **row.document, "uuid": row.id, **moments}


def with_rules(row: Resource) -> dict[str, Any]:
    """A guardrail or a set by itself."""
    return {**view(row), **({"data": row.document["data"]} if row.kind == GUARDRAIL_SET else {})}
