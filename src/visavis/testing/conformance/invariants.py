"""What must hold in every conversation of every case; each rule is a numbered case of its own."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from visavis.protocol import parse_event
from visavis.testing.conformance.model import Case, Source

Event = dict[str, Any]
Rule = Callable[[list[Event], str], str | None]
"""From a conversation's events and its id to what is wrong; None when nothing is."""

STARTED, STOPPED = "started_speaking", "stopped_speaking"
AFTERWARDS = ("conversation.stopped_speaking", "conversation.replica_interrupted")


@dataclass(frozen=True, slots=True)
class Invariant:
    """A numbered rule."""

    case: Case
    rule: Rule


INVARIANTS: list[Invariant] = []


def _invariant(number: int, title: str, source: Source, reference: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        case = Case(
            id=f"INV-{number:03}", title=title, source=source, reference=reference, hook=rule.__name__
        )
        INVARIANTS.append(Invariant(case, rule))
        return rule

    return register


def _of(events: list[Event], *kinds: str) -> list[Event]:
    return [event for event in events if event["event_type"] in kinds]


def _properties(event: Event) -> dict[str, Any]:
    found = event.get("properties")
    return found if isinstance(found, dict) else {}


@_invariant(1, "every event names its kind and its conversation", "docs", "PROTOCOL 1.1")
def envelope(events: list[Event], conversation_id: str) -> str | None:
    """Clients drop events of another conversation, and learn the id from events alone."""
    for event in events:
        if not isinstance(event.get("message_type"), str):
            return f"{event['event_type']} has no message_type"
        if event.get("conversation_id") != conversation_id:
            return f"{event['event_type']} has the conversation_id {event.get('conversation_id')!r}"
    return None


@_invariant(2, "seq rises strictly, in the order of arrival", "docs", "PROTOCOL 1.1")
def seq(events: list[Event], _: str) -> str | None:
    """Receivers sort by it and drop what they have seen."""
    last = None
    for event in events:
        number = event.get("seq")
        if not isinstance(number, int) or isinstance(number, bool):
            return f"{event['event_type']} has no seq"
        if last is not None and number <= last:
            return f"{event['event_type']} has seq {number} after {last}"
        last = number
    return None


@_invariant(3, "timestamps are Unix seconds and never go back", "docs", "PROTOCOL 1.1")
def timestamps(events: list[Event], _: str) -> str | None:
    """A float such as 1746000000.123."""
    last = 1_500_000_000.0
    for event in events:
        moment = event.get("timestamp")
        if not isinstance(moment, (int, float)) or isinstance(moment, bool):
            return f"{event['event_type']} has no timestamp"
        if moment < last or moment > 10_000_000_000:
            return f"{event['event_type']} has timestamp {moment} after {last}"
        last = float(moment)
    return None


@_invariant(4, "every documented event has its documented properties", "docs", "PROTOCOL 1.3")
def schema(events: list[Event], _: str) -> str | None:
    """Events that are not documented are let pass."""
    for event in events:
        try:
            parse_event(event)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            if first["type"] != "union_tag_invalid":
                return f"{event['event_type']}: {'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"
    return None


@_invariant(5, "the replica's starts and stops alternate", "docs", "PROTOCOL 5.2")
def replica_pairs(events: list[Event], _: str) -> str | None:
    """One stop for each start."""
    return _alternate(events, "replica")


@_invariant(6, "a user's starts and stops alternate", "docs", "PROTOCOL 5.2")
def user_pairs(events: list[Event], _: str) -> str | None:
    """One stop for each start; our cases have one user who speaks."""
    return _alternate(events, "user")


def _alternate(events: list[Event], role: str) -> str | None:
    started, stopped = f"conversation.{role}.{STARTED}", f"conversation.{role}.{STOPPED}"
    speaking = False
    for event in _of(events, started, stopped):
        if (event["event_type"] == started) == speaking:
            return f"{event['event_type']} while {'' if speaking else 'not '}speaking"
        speaking = not speaking
    over = bool(_of(events, "system.shutdown"))
    return f"no {stopped} before the end" if speaking and over else None


@_invariant(7, "nothing of an utterance follows its stop", "docs", "PROTOCOL 5.2")
def silence_after_stop(events: list[Event], _: str) -> str | None:
    """But the newer and the older name of the stop."""
    over: set[str] = set()
    for event in events:
        name = event.get("inference_id")
        role = _properties(event).get("role")
        if not isinstance(name, str) or not event["event_type"].startswith("conversation."):
            continue
        if name in over and event["event_type"] not in AFTERWARDS and role != "user":
            if event["event_type"] == f"conversation.replica.{STARTED}":
                over.discard(name)  # the reply to a tool's result goes on in the same turn
            elif event["event_type"] not in (f"conversation.{STARTED}", "conversation.tool_call"):
                return f"{event['event_type']} after replica.stopped_speaking"
        if event["event_type"] == f"conversation.replica.{STOPPED}":
            over.add(name)
    return None


@_invariant(8, "nothing follows the shutdown, which comes once", "decision", "docs/protocol.md, The call")
def shutdown_is_last(events: list[Event], _: str) -> str | None:
    """It is the last message."""
    kinds = [event["event_type"] for event in events]
    if "system.shutdown" in kinds and kinds.index("system.shutdown") != len(kinds) - 1:
        return f"{kinds[kinds.index('system.shutdown') + 1]} after system.shutdown"
    return None


def _streams(events: list[Event]) -> dict[tuple[Any, Any], list[list[dict[str, Any]]]]:
    """Streaming sequences by utterance and role; a new one begins behind a final one."""
    found: dict[tuple[Any, Any], list[list[dict[str, Any]]]] = defaultdict(lambda: [[]])
    for event in _of(events, "conversation.utterance.streaming"):
        properties = _properties(event)
        sequences = found[event.get("inference_id"), properties.get("role")]
        if sequences[-1] and sequences[-1][-1].get("final"):
            sequences.append([])
        sequences[-1].append(properties)
    return found


@_invariant(9, "content_index counts from 0 by one", "docs", "PROTOCOL 1.3 utterance.streaming")
def content_index(events: list[Event], _: str) -> str | None:
    """In each streaming sequence."""
    for sequences in _streams(events).values():
        for sequence in sequences:
            numbers = [chunk.get("content_index") for chunk in sequence]
            if numbers != list(range(len(numbers))):
                return f"content_index was {numbers}"
    return None


@_invariant(
    10, "the replica's streaming text grows, and is no delta", "docs", "PROTOCOL 1.3 utterance.streaming"
)
def streaming_grows(events: list[Event], _: str) -> str | None:
    """Each chunk begins with the one before."""
    for (_name, role), sequences in _streams(events).items():
        for sequence in sequences if role != "user" else []:
            texts = [str(chunk.get("speech")) for chunk in sequence]
            for before, after in pairwise(texts):
                if not after.startswith(before):
                    return f"{after!r} came after {before!r}"
    return None


@_invariant(11, "every streaming sequence of the replica ends with final", "docs", "PROTOCOL 1.3")
def streaming_ends(events: list[Event], _: str) -> str | None:
    """Once the replica has stopped, or the call is over."""
    over = bool(_of(events, "system.shutdown"))
    stopped = {event.get("inference_id") for event in _of(events, f"conversation.replica.{STOPPED}")}
    for (name, role), sequences in _streams(events).items():
        if role == "user" or not (over or name in stopped):
            continue
        if any(one and not one[-1].get("final") for one in sequences):
            return "a sequence had no final chunk"
    return None


@_invariant(12, "one utterance for each inference and role", "docs", "PROTOCOL 1.3 utterance")
def one_utterance(events: list[Event], _: str) -> str | None:
    """Chats show a row for each: a second one would overwrite the first, or be dropped."""
    rows = Counter(
        (event.get("inference_id"), _properties(event).get("role"))
        for event in _of(events, "conversation.utterance")
    )
    for (_name, role), count in rows.items():
        if count > 1:
            return f"{count} utterances of one inference, role {role}"
    return None


@_invariant(13, "what belongs to an utterance carries a UUID as inference_id", "docs", "PROTOCOL 1.1")
def inference_ids(events: list[Event], _: str) -> str | None:
    """Utterances, streaming, speaking events and tool calls."""
    kinds = ["conversation.utterance", "conversation.utterance.streaming", "conversation.tool_call"]
    kinds += [f"conversation.replica.{end}" for end in (STARTED, STOPPED)]
    for event in _of(events, *kinds):
        try:
            uuid.UUID(event.get("inference_id") or "")
        except (ValueError, TypeError, AttributeError):
            return f"{event['event_type']} has inference_id {event.get('inference_id')!r}"
    return None


@_invariant(14, "turn_idx is there and never falls from one utterance to the next", "docs", "PROTOCOL 1.1")
def turn_idx(events: list[Event], _: str) -> str | None:
    """Clients group by it."""
    last = -1
    for event in _of(events, "conversation.utterance"):
        number = event.get("turn_idx")
        if not isinstance(number, int) or isinstance(number, bool):
            return "an utterance has no turn_idx"
        if number < last:
            return f"turn_idx {number} after {last}"
        last = number
    return None


@_invariant(15, "both families of speaking events agree", "docs", "PROTOCOL 1.3 started_speaking")
def families(events: list[Event], _: str) -> str | None:
    """The neutral ones go along with those that name the role."""
    for end in (STARTED, STOPPED):
        for role in ("user", "replica"):
            named = len(_of(events, f"conversation.{role}.{end}"))
            neutral = sum(_properties(one).get("role") == role for one in _of(events, f"conversation.{end}"))
            if abs(named - neutral) > 0 and _of(events, "system.shutdown"):
                return f"{named} {role}.{end} and {neutral} {end} of role {role}"
    return None


@_invariant(16, "a tool call's arguments are JSON text, its id is its own", "docs", "PROTOCOL 1.3 tool_call")
def tool_calls(events: list[Event], _: str) -> str | None:
    """Clients parse the arguments and answer by the id."""
    ids = Counter()  # type: Counter[Any]
    for event in _of(events, "conversation.tool_call"):
        properties = _properties(event)
        try:
            json.loads(properties.get("arguments") or "")
        except (TypeError, ValueError):
            return f"arguments are {type(properties.get('arguments')).__name__}, not JSON text"
        ids[properties.get("tool_call_id")] += 1
    return next((f"tool_call_id {name!r} came twice" for name, count in ids.items() if count > 1), None)


@_invariant(17, "what is said is not empty, and interrupted is there only when true", "docs", "PROTOCOL 1.3")
def utterances(events: list[Event], _: str) -> str | None:
    """``speech`` is filled."""
    for event in _of(events, "conversation.utterance"):
        properties = _properties(event)
        if not str(properties.get("speech") or "").strip():
            return "an utterance without speech"
        if properties.get("interrupted", True) is not True:
            return "interrupted is there, and not true"
    return None


@_invariant(
    18, "a stop tells how long it was, and whether it was cut", "docs", "PROTOCOL 1.3 stopped_speaking"
)
def stops(events: list[Event], _: str) -> str | None:
    """Since March 2026."""
    for event in _of(events, f"conversation.replica.{STOPPED}"):
        properties = _properties(event)
        duration = properties.get("duration", ...)
        if duration is not None and not (isinstance(duration, (int, float)) and duration >= 0):
            return f"duration is {duration!r}"
        if not isinstance(properties.get("interrupted"), bool):
            return f"interrupted is {properties.get('interrupted')!r}"
    return None


NUMBERED = {"INV-002", "INV-003", "INV-014", "INV-015", "INV-018"}
"""Rules about what older dialects do not have."""
EXEMPT = ("seed", "2026-03")
