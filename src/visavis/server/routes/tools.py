"""``/v2/tools`` (PROTOCOL 2.7)."""

from __future__ import annotations

import secrets
from typing import Any, Literal

from fastapi import APIRouter

from visavis.errors import OutboundRefused
from visavis.server.description.replies import ONLY
from visavis.server.errors import Refusal
from visavis.server.resources import tools
from visavis.server.resources.sealing import masked, opened, sealed
from visavis.server.resources.tools import TOOL
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
)
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Filter, Resource
from visavis.server.views import iso
from visavis.session.tools import ToolBody

router = APIRouter(prefix="/v2/tools", tags=["tools"], route_class=StrictRoute)


@router.post("")
async def create(body: ToolBody, services: Injected) -> dict[str, Any]:
    """Keep a tool; personas name it by its ``tool_id``."""
    await _check_name(services, body.name)
    await _check_api(services, body)
    row = Resource(
        id=f"t{secrets.token_hex(8)}", kind=TOOL, document=sealed(tools.document_of(body), services.vault)
    )
    await services.store.resources.add(row)
    return tool_view(row)


@router.get("")
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    type: Literal["user", "system", "all"] = "user",
    sort: Order = None,
    name_or_uuid: Search = "",
    tags: Tags = "",
) -> dict[str, Any]:
    """Tools, by when they were made. There are none of type ``system``.

    ``name_or_uuid`` is part of a name, or an id; ``tags`` a comma list of which one must match.
    """
    if type == "system":
        return listing([], 0)
    wanted = Filter(
        any_of={"tags": comma_list(tags)},
        search=name_or_uuid,
        searched=("name",),
        oldest_first=oldest_first(sort),
    )
    rows, total = await services.store.resources.page(limit, offset(limit, page), TOOL, wanted=wanted)
    return listing([tool_view(row) for row in rows], total)


@router.get("/{tool_id}")
async def get(tool_id: str, services: Injected) -> dict[str, Any]:
    """One tool, without its secrets."""
    return tool_view(await _find(services, tool_id))


@router.patch("/{tool_id}", responses={422: ONLY[422]})
async def change(tool_id: str, body: dict[str, Any] | list[Any], services: Injected) -> dict[str, Any]:
    """Replace the fields that are given, or apply a JSON Patch. Secrets that are masked stay as they are."""
    before = await _find(services, tool_id)
    changes = body if isinstance(body, dict) else tools.changes_of(tool_view(before), body)
    if "name" in changes and changes["name"] != before.document["name"]:
        await _check_name(services, str(changes["name"]))

    whole = tools.checked(tools.merged(opened(before.document, services.vault), changes))
    await _check_api(services, whole)

    def edit(document: dict[str, Any]) -> dict[str, Any]:
        edited = tools.checked(tools.merged(opened(document, services.vault), changes))
        return sealed(tools.document_of(edited), services.vault)

    row = await services.store.resources.change(tool_id, TOOL, edit)
    if row is None:
        raise _unknown()
    return tool_view(row)


@router.delete("/{tool_id}", status_code=204)
async def delete(tool_id: str, services: Injected) -> None:
    """Forget a tool, also from all personas; conversations that began with it go on."""
    if not await services.store.resources.delete(tool_id, TOOL):
        raise _unknown()
    await tools.detach_everywhere(services.store, tool_id)


def tool_view(row: Resource) -> dict[str, Any]:
    """A tool as clients read it: all fields, secrets masked."""
    document = masked(row.document)
    after = document.get("trigger_type") == "post_call"
    live = not after and document.get("origin", "llm") == "llm"
    defaults: dict[str, Any] = {
        "parameters": {},
        "delivery": {"app_message": True},
        "origin": None if after else "llm",
        "trigger_type": "in_call",
        "on_call": "generate_filler" if live else None,
        "on_resolve": "fire_and_forget",
        "static_filler": None,
        "tags": [],
    }
    moments = {"created_at": iso(row.created_at), "updated_at": iso(row.updated_at)}
    return {"tool_id": row.id, "type": "user", **defaults, **document, **moments}


async def _find(services: Services, tool_id: str) -> Resource:
    row = await services.store.resources.get(tool_id, TOOL)
    if row is None:
        raise _unknown()
    return row


async def _check_name(services: Services, name: str) -> None:
    rows = await services.store.resources.all(TOOL)
    if any(row.document["name"] == name for row in rows):
        raise Refusal(400, f"name: there is a tool {name[:64]!r} already")


async def _check_api(services: Services, body: ToolBody) -> None:
    """Say now what would come of it in each call: an address that calls are not sent to."""
    if body.delivery.api is not None:
        try:
            await services.apis.check(body.delivery.api.url)
        except OutboundRefused as refused:
            raise Refusal(400, f"delivery.api.url: {refused.reason}") from None


def _unknown() -> Refusal:
    return Refusal(404, "Tool not found")
