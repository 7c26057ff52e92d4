"""When the server starts: secrets that were stored before they were known to be secrets."""

from __future__ import annotations

from typing import Any

import structlog

from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.sealing import sealed
from visavis.server.resources.tools import TOOL
from visavis.server.store import Store
from visavis.server.vault import Vault

log = structlog.get_logger(__name__)


async def seal_all(store: Store, vault: Vault) -> None:
    """Encrypt what is not yet: earlier releases stored it openly, or took its name for any other."""
    for kind in (PERSONA, TOOL):
        count = 0
        async for row in store.resources.each(kind):
            if _sealed(row.document, vault) != row.document:
                await store.resources.change(row.id, kind, lambda document: _sealed(document, vault))
                count += 1
        if count:
            log.info("secrets that were stored openly are encrypted now", kind=kind, count=count)


def _sealed(document: dict[str, Any], vault: Vault) -> dict[str, Any]:
    return sealed(document, vault, document)
