"""Answers with many events: encoded page by page, so that one reader holds nobody up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Response

Page = list[tuple[int, dict[str, Any]]]
"""Some events with their ``seq``."""
View = Callable[[dict[str, Any]], dict[str, Any] | None]
"""What is answered of an event; None leaves it out."""


class EventList:
    """The JSON array that pages of events make.

    Attributes:
        last_seq: of the last event that was read; None while there was none.
    """

    def __init__(self, view: View = lambda event: event) -> None:
        self._view = view
        self._parts: list[str] = []
        self.last_seq: int | None = None

    async def read(self, pages: AsyncIterator[Page]) -> None:
        """Add all of them."""
        async for page in pages:
            shown = [one for _, event in page if (one := self._view(event)) is not None]
            self._parts += [encode(one) for one in shown]
            self.last_seq = page[-1][0]

    def add(self, event: dict[str, Any]) -> None:
        """Add one more, as it is."""
        self._parts.append(encode(event))

    def answer(self, name: str, **rest: Any) -> Response:
        """A JSON object with the array under this name, and the rest."""
        more = encode(rest).removeprefix("{")
        text = f'{{"{name}":[{",".join(self._parts)}]{"," if rest else ""}{more}'
        return Response(text, media_type="application/json")


def encode(value: dict[str, Any]) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"))
