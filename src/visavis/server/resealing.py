"""Once, when the server starts: secrets that were stored before they were encrypted."""

from __future__ import annotations

import structlog

from visavis.server.catalogue import PERSONA
from visavis.server.sealing import sealed
from visavis.server.store import Store
from visavis.server.vault import Vault

PAGE = 200
"""Documents read at a time."""

log = structlog.get_logger(__name__)


async def seal_all(store: Store, vault: Vault) -> None:
    """Encrypt what is not yet, in the kinds of documents that earlier releases stored openly."""
    count = 0
    offset = 0
    while True:
        rows, total = await store.resources.page(PAGE, offset, PERSONA)
        for row in rows:
            if sealed(row.document, vault, row.document) != row.document:
                await store.resources.change(
                    row.id, PERSONA, lambda document: sealed(document, vault, document)
                )
                count += 1
        offset += PAGE
        if offset >= total:
            break
    if count:
        log.info("secrets of stored personas are encrypted now", personas=count)
