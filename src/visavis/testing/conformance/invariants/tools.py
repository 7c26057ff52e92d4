"""Tool calls (PROTOCOL 1.3 tool_call)."""

from __future__ import annotations

import json
from collections import Counter

from visavis.testing.conformance.invariants.reading import TOOL_CALL, Event, key, of, properties
from visavis.testing.conformance.invariants.registry import invariant


@invariant(
    16, "a tool call's arguments are JSON text, its id is its own", "PROTOCOL 1.3 tool_call", TOOL_CALL
)
def tool_calls(events: list[Event], _: str) -> str | None:
    """Clients parse the arguments and answer by the id, which is left out when it is empty."""
    ids: Counter[str] = Counter()
    for event in of(events, TOOL_CALL):
        call = properties(event)
        try:
            json.loads(call.get("arguments") or "")
        except (TypeError, ValueError):
            return f"arguments are {type(call.get('arguments')).__name__}, not JSON text"
        if "tool_call_id" in call:
            ids[key(call["tool_call_id"])] += 1
    return next((f"tool_call_id {name} came twice" for name, count in ids.items() if count > 1), None)
