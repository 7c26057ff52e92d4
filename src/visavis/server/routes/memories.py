"""``/v2/memories`` (PROTOCOL 2.7): nothing is remembered across conversations yet, so nothing is found."""

from __future__ import annotations

from fastapi import APIRouter

from visavis.server.errors import Refusal

router = APIRouter(prefix="/v2/memories", tags=["memories"])


@router.delete("/{store}/{memory_id}", status_code=204)
async def delete(store: str, memory_id: str) -> None:
    """Forget a memory. There are none yet: the answer is 404."""
    raise Refusal(404, "Memory not found")
