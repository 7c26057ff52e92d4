"""Secrets of those who were let in: what they act with, and come back with (docs/signalling.md)."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from visavis.server.access.tokens import Guest

MOST_KNOWN = 4096
"""Of one conversation; the oldest are forgotten first. Whoever comes back again and again has many."""
LINGER = 600.0
"""Seconds behind the end for which who was there may still read what was said last."""


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

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: dict[str, dict[bytes, Session]] = {}
        self._over: dict[str, float] = {}

    def admit(self, conversation_id: str, participant_id: str, guest: Guest) -> str:
        """A secret for them, which nobody else is told."""
        secret = secrets.token_urlsafe(32)
        known = self._sessions.setdefault(conversation_id, {})
        known[_digest(secret)] = Session(participant_id, guest)
        if len(known) > MOST_KNOWN:
            del known[next(iter(known))]
        return secret

    def find(self, conversation_id: str, secret: str) -> Session | None:
        """The one who has this secret."""
        # Found by digest: how long that takes says nothing about a secret that is nearly right.
        return self._sessions.get(conversation_id, {}).get(_digest(secret))

    def left(self, conversation_id: str, secret: str) -> None:
        """They said goodbye."""
        if session := self.find(conversation_id, secret):
            session.left = True

    def tidy(self, holds: Callable[[str], bool]) -> None:
        """Forget those of conversations that have been over for a while; ``holds`` says which go on."""
        now = self._clock()
        for name in [name for name in self._sessions if not holds(name)]:
            if now - self._over.setdefault(name, now) >= LINGER:
                del self._sessions[name], self._over[name]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
