"""Tools in the store (PROTOCOL 2.7): their secrets, and the personas that have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from visavis.outbound import sealing as api_delivery
from visavis.server.errors import Refusal
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.patches import patch_of, patched
from visavis.server.resources.sealing import opened
from visavis.server.store import Resource, Store
from visavis.server.vault import Vault
from visavis.session.bodies import MOST_TOOLS, PersonaBody
from visavis.session.tools import ToolBody

TOOL = "tool"
"""The kind of ``store.Resource``."""
READ_ONLY = ("tool_id", "type", "created_at", "updated_at")
"""Fields of an answer that mean nothing in a request."""

Document = dict[str, Any]

log = structlog.get_logger(__name__)


def checked(document: Document) -> ToolBody:
    """A tool's document, if it is one.

    Raises:
        RequestValidationError: it is none.
    """
    try:
        return ToolBody.model_validate(document)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def document_of(body: ToolBody) -> Document:
    """What is to be stored, with its secrets open."""
    document = body.model_dump(mode="json", exclude_unset=True)
    return {key: value for key, value in document.items() if key not in READ_ONLY}


def merged(document: Document, changes: Document) -> Document:
    """An opened document with the fields that a ``PATCH`` brings.

    A field that is there replaces the former one, null takes it away. Of ``delivery.api`` what proves whose
    the calls are stays where it is masked or absent, unless they are to go to another server.
    """
    result = {**document, **{key: value for key, value in changes.items() if key not in READ_ONLY}}
    former, api = _api(document), _api(result)
    if "delivery" in changes and former is not None and api is not None:
        for key in ("auth", "headers"):
            if key not in api and former.get(key) is not None and _server(api) == _server(former):
                api = {**api, key: former[key]}
        result["delivery"] = {**result["delivery"], "api": api_delivery.kept(api, former)}
    return {key: value for key, value in result.items() if value is not None}


def changes_of(view: Document, operations: list[Any]) -> Document:
    """What a JSON Patch changes of a tool as clients read it, as ``merged`` takes it.

    Raises:
        Refusal: it is no JSON Patch (422), or does not fit the tool (400).
    """
    after = patched(view, patch_of(operations))
    return {key: after.get(key) for key in {*view, *after} if view.get(key) != after.get(key)}


async def tools_of(store: Store, vault: Vault, persona: PersonaBody) -> list[tuple[str, ToolBody]]:
    """The tools of a persona with their ids and secrets, in its order; the first of a name counts."""
    every = {row.id: row for row in await store.resources.all(TOOL)} if persona.tool_ids else {}
    found: dict[str, tuple[str, ToolBody]] = {}
    for tool_id in dict.fromkeys(persona.tool_ids):
        if tool_id not in every:
            log.warning("a persona has a tool that is gone", tool=tool_id[:64])
            continue
        body = checked(opened(every[tool_id].document, vault))
        if body.name in found:
            log.warning("a persona has two tools of one name; the first is used", tool=tool_id)
            continue
        found[body.name] = (tool_id, body)
    return list(found.values())


async def rows_of(store: Store, tool_ids: Sequence[str]) -> list[Resource]:
    """These tools, each once, in this order.

    Raises:
        Refusal: one does not exist, two have one name, or there are too many.
    """
    tool_ids = list(dict.fromkeys(tool_ids))
    if len(tool_ids) > MOST_TOOLS:
        raise Refusal(400, f"a persona has {MOST_TOOLS} tools at most, this would be {len(tool_ids)}")
    every = {row.id: row for row in await store.resources.all(TOOL)} if tool_ids else {}
    if unknown := [name for name in tool_ids if name not in every]:
        raise Refusal(400, f"Invalid tool_ids: {unknown[0][:64]}")
    rows = [every[name] for name in tool_ids]
    names = [row.document["name"] for row in rows]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Refusal(400, f"a persona cannot have two tools of one name: {twice}")
    return rows


async def detach_everywhere(store: Store, tool_id: str) -> None:
    """Take a tool away from all personas."""

    def without(document: Document) -> Document:
        return {**document, "tool_ids": [name for name in document.get("tool_ids", []) if name != tool_id]}

    for row in await store.resources.all(PERSONA):
        if tool_id in (row.document.get("tool_ids") or []):
            await store.resources.change(row.id, PERSONA, without)


def _api(document: Document) -> Document | None:
    delivery = document.get("delivery")
    api = delivery.get("api") if isinstance(delivery, dict) else None
    return api if isinstance(api, dict) else None


def _server(api: Document) -> tuple[str, str] | None:
    return api_delivery.origin(api.get("url"))
