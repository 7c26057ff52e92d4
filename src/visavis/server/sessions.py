"""Secrets of those who were let in: what they act with, and come back with (docs/signalling.md)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from visavis.server.tokens import Guest


@dataclass(slots=True)
class Session:
    """Somebody who was let in.

    Attributes:
        participant_id: their name in the room.
        guest: what their meeting token said.
        left: whether they said goodbye; who did comes back by a token only.
    """

    participant_id: str
    guest: Guest
    left: bool = False


class Sessions:
    """Those of all conversations. Participant ids, which everybody in the room knows, are no credentials."""

    def __init__(self) -> None:
        self._sessions: dict[str, dict[bytes, Session]] = {}

    def admit(self, conversation_id: str, participant_id: str, guest: Guest) -> str:
        """A secret for them, which nobody else is told."""
        secret = secrets.token_urlsafe(32)
        known = self._sessions.setdefault(conversation_id, {})
        known[_digest(secret)] = Session(participant_id, guest)
        return secret

    def find(self, conversation_id: str, secret: str) -> Session | None:
        """The one who has this secret."""
        # Found by digest: how long that takes says nothing about a secret that is nearly right.
        return self._sessions.get(conversation_id, {}).get(_digest(secret))

    def keep(self, holds: Callable[[str], bool]) -> None:
        """Forget those of all conversations but these."""
        for name in [name for name in self._sessions if not holds(name)]:
            del self._sessions[name]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
