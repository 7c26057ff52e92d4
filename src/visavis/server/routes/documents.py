"""``/v2/documents`` (PROTOCOL 2.4). Pages count from 0 here."""

from __future__ import annotations

from typing import Any, Literal

import structlog
from fastapi import APIRouter, Query

from visavis.server.description.replies import Chunks, Document, DocumentList, TagList, replies
from visavis.server.errors import Refusal
from visavis.server.resources.documents import (
    DOCUMENT,
    NOT_READ,
    WHY_NOT_READ,
    DocumentBody,
    DocumentChange,
    Recrawl,
    document_view,
    stored,
)
from visavis.server.routes.keeping import find, forget, keep
from visavis.server.routes.paging import (
    Limit,
    Order,
    Page,
    PageFrom0,
    Search,
    Tags,
    comma_list,
    listing,
    oldest_first,
    tag_listing,
)
from visavis.server.services import Injected, StrictRoute
from visavis.server.store import Filter

router = APIRouter(prefix="/v2/documents", tags=["documents"], route_class=StrictRoute)
log = structlog.get_logger(__name__)

MISSING = "Document not found"


@router.post("", responses=replies(Document))
async def create(body: DocumentBody, services: Injected) -> dict[str, Any]:
    """Keep a document. Nothing reads it yet: its ``status`` is ``error``, ``error_message`` says why."""
    row = await keep(services, "d8-", DOCUMENT, stored(body))
    log.warning("a document is kept without effect: nothing reads documents yet")
    return document_view(row)


@router.get("", responses=replies(DocumentList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: PageFrom0 = 0,
    sort: Order = None,
    status: str = Query(default="", max_length=32),
    name_or_uuid: Search = "",
    tags: Tags = "",
    participant_tags: Tags = "",
) -> dict[str, Any]:
    """Documents, the newest first."""
    wanted = Filter(
        equal={"status": status} if status else {},
        any_of={"tags": comma_list(tags), "participant_tags": comma_list(participant_tags)},
        search=name_or_uuid,
        searched=("document_name",),
        oldest_first=oldest_first(sort),
    )
    rows, total = await services.store.resources.page(limit, page * limit, DOCUMENT, wanted=wanted)
    return listing([document_view(row) for row in rows], total, page=page, limit=limit)


@router.get("/tags", responses=replies(TagList))
async def list_tags(
    services: Injected,
    search: str | None = None,
    limit: int | None = Query(default=None, ge=1, le=1000),
    page: Page = 1,
) -> dict[str, Any]:
    """Every tag in use."""
    return tag_listing(await services.store.resources.tags(DOCUMENT), search, limit, page)


@router.get("/{document_id}", responses=replies(Document))
async def get(document_id: str, services: Injected) -> dict[str, Any]:
    """One document."""
    return document_view(await find(services, document_id, DOCUMENT, missing=MISSING))


@router.get("/{document_id}/chunks", responses=replies(Chunks))
async def chunks(
    document_id: str,
    services: Injected,
    collection: Literal["regular", "customer_support"] = "regular",
    limit: int = Query(default=100, ge=1, le=1000),
    offset: str | None = None,
) -> dict[str, Any]:
    """What was read of a document: nothing yet."""
    row = await find(services, document_id, DOCUMENT, missing=MISSING)
    return {
        "document_id": row.id,
        "collection": collection,
        "chunks": [],
        "total_count": 0,
        "next_offset": None,
    }


@router.patch("/{document_id}", responses=replies(Document))
async def change(document_id: str, body: DocumentChange, services: Injected) -> dict[str, Any]:
    """Give a document another name or other tags: a plain object, not a JSON Patch."""
    given = body.model_dump(mode="json", include={"document_name", "tags"}, exclude_none=True)
    row = await services.store.resources.change(document_id, DOCUMENT, lambda document: {**document, **given})
    if row is None:
        raise Refusal(404, MISSING)
    return document_view(row)


@router.post("/{document_id}/recrawl", status_code=202, responses=replies(Document, 409, status=202))
async def recrawl(document_id: str, services: Injected, body: Recrawl | None = None) -> dict[str, Any]:
    """Read a website again, perhaps further. Nothing reads websites yet, as the answer says."""

    def again(document: dict[str, Any]) -> dict[str, Any]:
        if not document.get("crawl_config"):
            raise Refusal(409, "the document was made without crawl: there is nothing to crawl again")
        crawl = body.crawl.model_dump(mode="json") if body and body.crawl else document["crawl_config"]
        return {**document, "crawl_config": crawl, "status": NOT_READ, "error_message": WHY_NOT_READ}

    row = await services.store.resources.change(document_id, DOCUMENT, again)
    if row is None:
        raise Refusal(404, MISSING)
    return document_view(row)


@router.delete("/{document_id}", status_code=204)
async def delete(document_id: str, services: Injected) -> None:
    """Forget a document. Personas that name it go on without."""
    await forget(services, document_id, DOCUMENT, missing=MISSING)
