"""Speaking events and utterances (PROTOCOL 1.3, 5)."""

from __future__ import annotations

import json
from collections import Counter

from visavis.testing.conformance.invariants.reading import (
    REPLICA_STARTED,
    REPLICA_STOPPED,
    SHUTDOWN,
    STARTED,
    STOPPED,
    UTTERANCE,
    Event,
    is_number,
    key,
    of,
    properties,
    role,
)
from visavis.testing.conformance.invariants.registry import invariant


@invariant(5, "the replica's starts and stops alternate", "PROTOCOL 5.2", "conversation.replica.")
def replica_pairs(events: list[Event], _: str) -> str | None:
    """One stop for each start."""
    return _alternate(events, "replica")


@invariant(6, "a user's starts and stops alternate", "PROTOCOL 5.2", "conversation.user.")
def user_pairs(events: list[Event], _: str) -> str | None:
    """One stop for each start; our cases have one user who speaks."""
    return _alternate(events, "user")


def _alternate(events: list[Event], who: str) -> str | None:
    started, stopped = f"conversation.{who}.{STARTED}", f"conversation.{who}.{STOPPED}"
    speaking = False
    for event in of(events, started, stopped):
        if (event["event_type"] == started) == speaking:
            return f"{event['event_type']} while {'' if speaking else 'not '}speaking"
        speaking = not speaking
    return f"no {stopped} before the end" if speaking and of(events, SHUTDOWN) else None


@invariant(
    7,
    "the replica's utterance does not follow its stop",
    "PROTOCOL 1.3 utterance, 5.1 interrupt",
    UTTERANCE,
    REPLICA_STOPPED,
)
def utterance_before_stop(events: list[Event], _: str) -> str | None:
    """It is sent as the replica starts to speak; only one that was cut may still be told afterwards."""
    over: set[str] = set()
    for event in of(events, UTTERANCE, REPLICA_STARTED, REPLICA_STOPPED):
        name = key(event.get("inference_id"))
        if event["event_type"] == REPLICA_STOPPED:
            over.add(name)
        elif event["event_type"] == REPLICA_STARTED:
            over.discard(name)  # the reply to a tool's result goes on in the same turn
        elif name in over and role(event) != "user" and not properties(event).get("interrupted"):
            return "an utterance after its replica.stopped_speaking"
    return None


@invariant(12, "one utterance for each inference and role", "PROTOCOL 1.3 utterance", UTTERANCE)
def one_utterance(events: list[Event], _: str) -> str | None:
    """Chats show a row for each: a second one would overwrite the first, or be dropped."""
    rows = Counter(key(event.get("inference_id"), role(event)) for event in of(events, UTTERANCE))
    for row, count in rows.items():
        if count > 1:
            return f"{count} utterances of one inference, role {json.loads(row)[1]}"
    return None


@invariant(
    15,
    "both families of speaking events agree",
    "PROTOCOL 1.3 started_speaking",
    "_speaking",
    SHUTDOWN,
    newer=True,
)
def families(events: list[Event], _: str) -> str | None:
    """The neutral ones go along with those that name the role."""
    for end in (STARTED, STOPPED):
        for who in ("user", "replica"):
            named = len(of(events, f"conversation.{who}.{end}"))
            neutral = sum(role(one) == who for one in of(events, f"conversation.{end}"))
            if named != neutral:
                return f"{named} {who}.{end} and {neutral} {end} of role {who}"
    return None


@invariant(
    17, "what is said is not empty, and interrupted is there only when true", "PROTOCOL 1.3", UTTERANCE
)
def utterances(events: list[Event], _: str) -> str | None:
    """``speech`` is filled."""
    for event in of(events, UTTERANCE):
        if not str(properties(event).get("speech") or "").strip():
            return "an utterance without speech"
        if properties(event).get("interrupted", True) is not True:
            return "interrupted is there, and not true"
    return None


@invariant(
    18,
    "a stop tells how long it was, and whether it was cut",
    "PROTOCOL 1.3 stopped_speaking",
    REPLICA_STOPPED,
    newer=True,
)
def stops(events: list[Event], _: str) -> str | None:
    """Since March 2026. The duration may be null."""
    for event in of(events, REPLICA_STOPPED):
        duration = properties(event).get("duration", ...)
        if duration is not None and not (is_number(duration, int, float) and duration >= 0):
            return f"duration is {duration!r}"
        if not isinstance(properties(event).get("interrupted"), bool):
            return f"interrupted is {properties(event).get('interrupted')!r}"
    return None
