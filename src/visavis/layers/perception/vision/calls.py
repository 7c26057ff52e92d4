"""Which of a model's tool calls are passed on: one for what lasts, and none that makes no sense. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from visavis.layers.llm.base import ToolCallDelta
from visavis.layers.perception.asked import Tool
from visavis.layers.perception.vision.answers import unbroken

AGAIN = 10.0
"""Seconds before the same call may come again."""
LONGEST, DEEPEST = 10_000, 20
"""Characters of a call's arguments, and levels that they may be nested: they go into an event."""

_STRICT: Any = {"allow_nan": False, "ensure_ascii": False}
"""``NaN`` and numbers beyond all bounds (``1e999``) are no JSON: the event could not be sent."""

Call = tuple[str, dict[str, Any]]


class Calls:
    """Of one conversation.

    A model that is shown a smile every two seconds calls every two seconds: only the first call is passed on,
    for as long as answers go on calling the same. Calls are the same if they are of one participant and
    their names and arguments are equal but for case, blanks and full stops.

    Args:
        tools: that were offered.

    Attributes:
        passed: how many calls were passed on.
        dropped: reasons, without words of anybody, of what was dropped from the latest answer.
    """

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._required = {tool.name: _required(tool) for tool in tools}
        self._lasting: dict[str, set[str]] = {}
        self._last: dict[tuple[str, str], float] = {}
        self.passed = 0
        self.dropped: list[str] = []

    def sift(self, participant_id: str, calls: Sequence[ToolCallDelta], now: float) -> list[Call]:
        """What to pass on of one answer's calls; an answer without calls counts as well.

        Args:
            participant_id: who was looked at.
            calls: the answer's.
            now: seconds.
        """
        self.dropped = []
        lasting = self._lasting.get(participant_id, set())
        made = {_same(call): call for call in map(self._sound, calls) if call is not None}
        self._lasting[participant_id] = set(made)
        fresh = []
        for same, call in made.items():
            before = self._last.get((participant_id, same))
            if same not in lasting and (before is None or now - before >= AGAIN):
                self._last[participant_id, same] = now
                fresh.append(call)
        self._last = {key: at for key, at in self._last.items() if now - at < AGAIN}
        self.passed += len(fresh)
        return fresh

    def forget(self, participant_id: str) -> None:
        """The participant is not seen any more: what lasted is over."""
        self._lasting.pop(participant_id, None)

    def _sound(self, call: ToolCallDelta) -> Call | None:
        if call.name not in self._required:
            self.dropped.append("it called a function that was not offered")
            return None
        try:
            arguments = json.loads(unbroken(json.dumps(json.loads(call.arguments), **_STRICT)))
        except (ValueError, RecursionError):
            arguments = None
        if not isinstance(arguments, dict):
            self.dropped.append(f"arguments of {call.name} are no JSON object")
            return None
        if len(call.arguments) > LONGEST or _deeper(arguments, DEEPEST):
            self.dropped.append(f"arguments of {call.name} are too long or nested too deeply")
            return None
        if missing := [name for name in self._required[call.name] if name not in arguments]:
            self.dropped.append(f"{call.name} was called without {', '.join(missing)}")
            return None
        return call.name, arguments


def _deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_deeper(one, levels - 1) for one in inner)


def _same(call: Call) -> str:
    name, arguments = call
    return f"{name} {json.dumps(_plain(arguments), sort_keys=True)}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return " ".join(value.lower().split()).rstrip(".") if isinstance(value, str) else value


def _required(tool: Tool) -> list[str]:
    function = tool.definition.get("function")
    parameters = function.get("parameters") if isinstance(function, dict) else None
    required = parameters.get("required") if isinstance(parameters, dict) else None
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
