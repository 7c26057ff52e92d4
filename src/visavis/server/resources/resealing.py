"""Once, when the server starts: secrets that were stored before they were encrypted."""

from __future__ import annotations

import structlog

from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.sealing import HEADERS, SECRETS, sealed
from visavis.server.store import Store
from visavis.server.vault import SEALED, Vault

log = structlog.get_logger(__name__)


async def seal_all(store: Store, vault: Vault) -> None:
    """Encrypt what is not yet, in the kinds of documents that earlier releases stored openly."""
    names = [f'"{name}"' for name in (*SECRETS, HEADERS)]
    count = 0
    # Whatever was stored since has all of its secrets sealed.
    for name in await store.resources.spelling(names, SEALED, PERSONA):
        before = await store.resources.get(name, PERSONA)
        if before is not None and sealed(before.document, vault) != before.document:
            await store.resources.change(name, PERSONA, lambda document: sealed(document, vault, document))
            count += 1
    if count:
        log.info("secrets of stored personas are encrypted now", personas=count)
