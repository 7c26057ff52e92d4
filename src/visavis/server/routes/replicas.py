"""``/v2/replicas``, and the same under its newer name ``/v2/faces`` (PROTOCOL 2.3)."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from visavis.server.catalogue import REPLICAS
from visavis.server.errors import Refusal
from visavis.server.routes.paging import Limit, Page, listing, page_of
from visavis.server.views import replica_view

router = APIRouter(prefix="/v2", tags=["replicas"])


@router.get("/replicas")
@router.get("/faces", include_in_schema=False)
async def list_(
    limit: Limit = 10,
    page: Page = 1,
    replica_type: Literal["user", "system"] | None = None,
    replica_ids: str = "",
) -> dict[str, Any]:
    """The replicas that can appear in a conversation."""
    wanted = set(filter(None, replica_ids.split(",")))
    found = [
        replica
        for replica in REPLICAS.values()
        if replica_type != "user" and (not wanted or replica.id in wanted)
    ]
    return listing([replica_view(replica) for replica in page_of(found, limit, page)], len(found))


@router.get("/replicas/{replica_id}")
@router.get("/faces/{replica_id}", include_in_schema=False)
async def get(replica_id: str) -> dict[str, Any]:
    """One replica."""
    if replica_id not in REPLICAS:
        raise Refusal(400, "Invalid replica_id")
    return replica_view(REPLICAS[replica_id])
