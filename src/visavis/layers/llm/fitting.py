"""Shortens a history that has outgrown the model's context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

KEPT = 8
"""A history too long is cut to its newest eighth, so that it grows for a while before the next cut and
the endpoint's prompt cache serves in between."""


class Fitting:
    """Remembers how many of the oldest messages one conversation has to leave out.

    System messages always stay. The cut falls before a user's message, so that no tool result is left
    without its call.
    """

    def __init__(self) -> None:
        self._dropped = 0

    def fit(self, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The messages to send."""
        talk = [message for message in messages if message.get("role") != "system"]
        if self._dropped >= len(talk):
            self._dropped = 0
        dropped = {id(message) for message in talk[: self._dropped]}
        return [message for message in messages if id(message) not in dropped]

    def shorten(self, messages: Sequence[dict[str, Any]]) -> bool:
        """Leave out more, since the endpoint found ``fit(messages)`` too long.

        Returns:
            False if nothing more can go.
        """
        talk = [message for message in messages if message.get("role") != "system"]
        left = len(talk) - self._dropped
        starts = [n for n, message in enumerate(talk) if message.get("role") == "user" and n > self._dropped]
        if not starts:
            return False
        wanted = len(talk) - max(1, left // KEPT)
        self._dropped = next((n for n in starts if n >= wanted), starts[-1])
        return True
