"""Names of things: reproducible, so that a replayed log gives the same events."""

from __future__ import annotations

import hashlib
import random
import uuid


class Ids:
    """A source of UUIDs that depends on nothing but its seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def new(self) -> str:
        """The next UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


def echo_id(client_id: str) -> str:
    """The UUID that events of an echo carry for the id its client gave (PROTOCOL 7, the MD5 rule)."""
    digest = hashlib.md5(client_id.encode("utf-8", "replace"), usedforsecurity=False)
    return str(uuid.UUID(digest.hexdigest()))
