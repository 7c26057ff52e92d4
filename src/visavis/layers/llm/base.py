"""The language model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """One complete function call (the adapter joins the pieces).

    Attributes:
        id: may be empty.
        arguments: JSON text as the model wrote it.
    """

    id: str
    name: str
    arguments: str


class LLM(Protocol):
    """A model behind an endpoint. Safe for concurrent use on one event loop."""

    def stream(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[TextDelta | ToolCallDelta, None]:
        """One inference; closing the iterator cancels it at the endpoint.

        Raises:
            InferenceFailed: with a reason fit for a client (no key, no prompt).
        """
        ...

    async def aclose(self) -> None:
        """Give connections back."""
        ...
