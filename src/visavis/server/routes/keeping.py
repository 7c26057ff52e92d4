"""What all resources have in common: they are kept, found and forgotten by their id."""

from __future__ import annotations

import secrets
from typing import Any

from visavis.server.errors import Refusal
from visavis.server.services import Services
from visavis.server.store import Resource


async def keep(services: Services, prefix: str, kind: str, document: dict[str, Any]) -> Resource:
    """Store a document under a new id."""
    row = Resource(id=f"{prefix}{secrets.token_hex(8)}", kind=kind, document=document)
    await services.store.resources.add(row)
    return row


async def find(services: Services, resource_id: str, *kinds: str, missing: str) -> Resource:
    """One of these kinds.

    Raises:
        Refusal: 404 with ``missing``, there is none.
    """
    row = await services.store.resources.get(resource_id, *kinds)
    if row is None:
        raise Refusal(404, missing)
    return row


async def forget(services: Services, resource_id: str, *kinds: str, missing: str) -> None:
    """Delete one of these kinds.

    Raises:
        Refusal: 404 with ``missing``, there is none.
    """
    if not await services.store.resources.delete(resource_id, *kinds):
        raise Refusal(404, missing)
