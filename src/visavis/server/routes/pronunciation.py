"""``/v2/pronunciation-dictionaries`` (PROTOCOL 2.7). Pages count from 0 here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from visavis.server.description.replies import Dictionary, DictionaryList, replies
from visavis.server.errors import Refusal
from visavis.server.resources.patches import patch_of
from visavis.server.resources.pronunciation import DICTIONARY
from visavis.server.routes.keeping import find, forget, keep
from visavis.server.routes.paging import Limit, Order, PageFrom0, Search, listing, oldest_first
from visavis.server.routes.patching import UNCHANGED, Patch, change_resource, edited
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Filter, Resource
from visavis.server.views import iso
from visavis.session.pronunciation import DictionaryBody

router = APIRouter(
    prefix="/v2/pronunciation-dictionaries", tags=["pronunciation dictionaries"], route_class=StrictRoute
)

MISSING = "Pronunciation dictionary not found"


@router.post("", status_code=201, responses=replies(Dictionary, status=201))
async def create(body: DictionaryBody, services: Injected) -> dict[str, Any]:
    """Keep a dictionary; ``layers.tts.pronunciation_dictionary_id`` of a persona names it."""
    return view(await keep(services, "pd_", DICTIONARY, body.model_dump(mode="json")))


@router.get("", responses=replies(DictionaryList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: PageFrom0 = 0,
    sort: Order = None,
    name_or_uuid: Search = "",
) -> dict[str, Any]:
    """Dictionaries without their rules, the newest first."""
    wanted = Filter(search=name_or_uuid, searched=("name",), oldest_first=oldest_first(sort))
    rows, total = await services.store.resources.page(limit, page * limit, DICTIONARY, wanted=wanted)
    return listing([without_rules(row) for row in rows], total, page=page, limit=limit)


@router.get("/{dictionary_id}", responses=replies(Dictionary))
async def get(dictionary_id: str, services: Injected) -> dict[str, Any]:
    """One dictionary."""
    return view(await find(services, dictionary_id, DICTIONARY, missing=MISSING))


@router.patch("/{dictionary_id}", response_model=None, responses=replies(Dictionary, *UNCHANGED))
async def change(dictionary_id: str, body: Patch, services: Injected) -> dict[str, Any] | Response:
    """Change a dictionary by a JSON Patch of ``/name`` and ``/rules``; running conversations keep theirs."""
    patch = patch_of(body)
    row, same = await change_resource(
        services.store, dictionary_id, DICTIONARY, lambda document: edited(document, patch, DictionaryBody)
    )
    if row is None:
        raise Refusal(404, MISSING)
    return Response(status_code=304) if same else view(row)


@router.delete("/{dictionary_id}", status_code=204)
async def delete(dictionary_id: str, services: Injected) -> None:
    """Forget a dictionary."""
    await forget(services, dictionary_id, DICTIONARY, missing=MISSING)


def without_rules(row: Resource) -> dict[str, Any]:
    """A dictionary in a list."""
    return {
        "pronunciation_dictionary_id": row.id,
        "uuid": row.id,
        "name": row.document["name"],
        "rules_count": len(row.document["rules"]),
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }


def view(row: Resource) -> dict[str, Any]:
    """A dictionary by itself."""
    return {**without_rules(row), "rules": row.document["rules"]}
