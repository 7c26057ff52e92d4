"""What every event carries (PROTOCOL 1.1), and that it is as documented (1.3)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from visavis.protocol.codec import EVENT
from visavis.testing.conformance.invariants.reading import (
    REPLICA_STARTED,
    REPLICA_STOPPED,
    SHUTDOWN,
    STREAMING,
    TOOL_CALL,
    UTTERANCE,
    Event,
    is_number,
    of,
    properties,
    role,
)
from visavis.testing.conformance.invariants.registry import invariant

SLACK = 1.0
"""Seconds by which an event may have been made before one that was sent earlier."""
OLDEST, NEWEST = 1_500_000_000.0, 10_000_000_000.0
"""Unix seconds between which it is now."""


@invariant(1, "every event names its kind and its conversation", "PROTOCOL 1.1", "conversation.")
def belongs(events: list[Event], conversation_id: str) -> str | None:
    """Clients drop events of another conversation.

    The documents' own example of a neutral speaking event has no id, and ``system.*`` no published envelope.
    """
    for event in events:
        kind = event["event_type"]
        bound = kind.startswith("conversation.")
        if bound and not isinstance(event.get("message_type"), str):
            return f"{kind} has no message_type"
        if "conversation_id" not in event and (not bound or kind.endswith("_speaking")):
            continue
        if event.get("conversation_id") != conversation_id:
            return f"{kind} has the conversation_id {event.get('conversation_id')!r}"
    return None


@invariant(2, "seq rises strictly, in the order of arrival", "PROTOCOL 1.1", "conversation.", newer=True)
def seq(events: list[Event], _: str) -> str | None:
    """Receivers sort by it and drop what they have seen. The pal's event and its twin may share one."""
    last: Event | None = None
    for event in events:
        number = event.get("seq")
        if number is None and not event["event_type"].startswith("conversation."):
            continue
        if not is_number(number, int):
            return f"{event['event_type']} has no seq"
        if last is not None and event["seq"] <= last["seq"] and not _twins(last, event):
            return f"{event['event_type']} has seq {number} after {last['seq']}"
        last = event
    return None


def _twins(one: Event, other: Event) -> bool:
    """Whether both are the same event, once of the pal and once of the replica (PROTOCOL 5.1)."""
    return one != other and _of_replica(one) == _of_replica(other)


def _of_replica(event: Event) -> Event:
    kind = event["event_type"].replace("pal_present", "replica_present")
    made: Event = {**event, "event_type": kind, "timestamp": None}
    if role(event) == "pal":
        made["properties"] = {**properties(event), "role": "replica"}
    return made


@invariant(3, "timestamps are Unix seconds and do not go back", "PROTOCOL 1.1", "conversation.", newer=True)
def timestamps(events: list[Event], _: str) -> str | None:
    """A float such as 1746000000.123."""
    last = OLDEST
    for event in events:
        moment = event.get("timestamp")
        if moment is None and not event["event_type"].startswith("conversation."):
            continue
        if not is_number(moment, int, float):
            return f"{event['event_type']} has no timestamp"
        if not last - SLACK <= event["timestamp"] <= NEWEST:
            return f"{event['event_type']} has timestamp {moment} after {last}"
        last = max(last, float(event["timestamp"]))
    return None


@invariant(4, "every documented event has its documented properties", "PROTOCOL 1.3", "conversation.")
def schema(events: list[Event], _: str) -> str | None:
    """Of the documented types, and null only where that is documented. Other events are let pass."""
    for event in of(events, "conversation."):
        try:
            parsed = EVENT.validate_python(event, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["type"] != "union_tag_invalid":
                return f"{event['event_type']}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
            continue
        for part in (parsed, parsed.properties):
            if part is not None and (name := _null(part, type(part).model_fields)):
                return f"{event['event_type']}: {name} is null; what is empty is left out"
    return None


def _null(part: BaseModel, fields: Mapping[str, FieldInfo]) -> str | None:
    given = [name for name in fields if name in part.model_fields_set and not fields[name].is_required()]
    return next((name for name in given if getattr(part, name) is None), None)


@invariant(
    8,
    "nothing follows the shutdown, which comes once",
    "docs/protocol.md, The call",
    SHUTDOWN,
    source="decision",
    profile="extensions",
)
def shutdown_is_last(events: list[Event], _: str) -> str | None:
    """It is the last message."""
    kinds = [event["event_type"] for event in events]
    behind = kinds[kinds.index(SHUTDOWN) + 1 :]
    return f"{behind[0]} after {SHUTDOWN}" if behind else None


@invariant(13, "what belongs to an utterance carries a UUID as inference_id", "PROTOCOL 1.1", "conversation.")
def inference_ids(events: list[Event], _: str) -> str | None:
    """Utterances, streaming, the replica's speaking events, tool calls."""
    for event in of(events, UTTERANCE, STREAMING, TOOL_CALL, REPLICA_STARTED, REPLICA_STOPPED):
        try:
            uuid.UUID(event.get("inference_id") or "")
        except (ValueError, TypeError, AttributeError):
            return f"{event['event_type']} has inference_id {event.get('inference_id')!r}"
    return None


@invariant(14, "turn_idx never falls from one question to the next", "PROTOCOL 1.1", UTTERANCE, newer=True)
def turn_idx(events: list[Event], _: str) -> str | None:
    """Clients group by it. What the replica says outside of a turn has none."""
    last = -1
    for event in of(events, UTTERANCE):
        number = event.get("turn_idx")
        if number is None and role(event) != "user":
            continue
        if not is_number(number, int):
            return f"an utterance has the turn_idx {number!r}"
        if role(event) == "user":
            if event["turn_idx"] < last:
                return f"turn_idx {number} after {last}"
            last = event["turn_idx"]
    return None
