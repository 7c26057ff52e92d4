"""Joins the pieces of tool calls that a stream brings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from visavis.layers.llm.base import ToolCallDelta


@dataclass(slots=True)
class _Call:
    index: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""

    def complete(self) -> bool:
        """Whether nothing can follow: the arguments are a whole JSON object."""
        try:
            return isinstance(json.loads(self.arguments), dict)
        except ValueError:
            return False


class ToolCallJoiner:
    """Collects pieces until the stream ends.

    OpenAI numbers the pieces (``index``) and names the call once. Other servers leave the index, the id or
    both out, repeat id and name with every piece, number every call 0, or send a call whole.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def add(self, piece: dict[str, Any]) -> None:
        """Take one element of a delta's ``tool_calls``."""
        function = piece.get("function")
        if not isinstance(function, dict):
            return
        identifier = _text(piece.get("id"))
        name = _text(function.get("name"))
        index = piece.get("index")
        call = self._belongs_to(index if isinstance(index, int) else None, identifier, name)
        call.id = call.id or identifier
        if name != call.name:
            call.name += name
        call.arguments += _arguments(function.get("arguments"))

    def calls(self) -> list[ToolCallDelta]:
        """What was called, in order. Pieces that never got a name are dropped."""
        return [
            ToolCallDelta(call.id, call.name, call.arguments or "{}") for call in self._calls if call.name
        ]

    def _belongs_to(self, index: int | None, identifier: str, name: str) -> _Call:
        same = [call for call in self._calls if index is None or call.index == index]
        if same and not _begins_another(same[-1], identifier, name):
            return same[-1]
        self._calls.append(_Call(index))
        return self._calls[-1]


def _begins_another(call: _Call, identifier: str, name: str) -> bool:
    if identifier and call.id:
        return identifier != call.id
    return bool(name) and call.complete()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _arguments(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value)
