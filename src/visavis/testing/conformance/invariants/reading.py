"""Reading what an unknown server sent: nothing is taken for granted but that ``event_type`` is a text."""

from __future__ import annotations

import json
from typing import Any

Event = dict[str, Any]

STARTED, STOPPED = "started_speaking", "stopped_speaking"
REPLICA_STARTED, REPLICA_STOPPED = f"conversation.replica.{STARTED}", f"conversation.replica.{STOPPED}"
UTTERANCE, STREAMING = "conversation.utterance", "conversation.utterance.streaming"
TOOL_CALL = "conversation.tool_call"
SHUTDOWN = "system.shutdown"


def is_kind(kind: str, wanted: str) -> bool:
    """Whether an ``event_type`` is the wanted one; ``conversation.`` and ``_speaking`` name many."""
    if wanted.endswith("."):
        return kind.startswith(wanted)
    return kind.endswith(wanted) if wanted.startswith("_") else kind == wanted


def of(events: list[Event], *kinds: str) -> list[Event]:
    """The events of these kinds, in order."""
    return [event for event in events if any(is_kind(event["event_type"], kind) for kind in kinds)]


def properties(event: Event) -> dict[str, Any]:
    """Its properties; none if they are no object."""
    found = event.get("properties")
    return found if isinstance(found, dict) else {}


def role(event: Event) -> object:
    """Whose it is, if it says so."""
    return properties(event).get("role")


def key(*values: object) -> str:
    """Values of any kind, as something that can be looked up."""
    return json.dumps(values, sort_keys=True)


def is_number(value: object, *kinds: type) -> bool:
    """Whether it is a number of these kinds; to Python, true and false are too."""
    return isinstance(value, kinds) and not isinstance(value, bool)
