"""Who is told what happens in conversations."""

from __future__ import annotations

from typing import Any, Protocol


class Listener(Protocol):
    """Told what happens in conversations, in order."""

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """An event was broadcast."""
        ...

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """These inputs came, as JSON lines."""
        ...

    def called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told."""
        ...

    def ended(self, conversation_id: str, reason: str) -> None:
        """A conversation is over."""
        ...
