"""Who may send on behalf of a participant that only reads a stream (docs/signalling.md)."""

from __future__ import annotations

import secrets


class Senders:
    """Secrets of such participants. Their ids, which everybody in the room knows, are no credentials."""

    def __init__(self) -> None:
        self._who: dict[str, tuple[str, str]] = {}

    def admit(self, conversation_id: str, participant_id: str) -> str:
        """A secret for them, which nobody else is told."""
        secret = secrets.token_urlsafe(32)
        self._who[secret] = conversation_id, participant_id
        return secret

    def find(self, conversation_id: str, secret: str) -> str | None:
        """The participant who has this secret."""
        name, participant_id = self._who.get(secret, ("", ""))
        return participant_id if name == conversation_id else None

    def forget(self, secret: str) -> None:
        """They went."""
        self._who.pop(secret, None)
