"""Utterances as they grow (PROTOCOL 1.3 utterance.streaming)."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from visavis.testing.conformance.invariants.reading import (
    REPLICA_STARTED,
    SHUTDOWN,
    STREAMING,
    Event,
    key,
    of,
    properties,
    role,
)
from visavis.testing.conformance.invariants.registry import invariant

REFERENCE = "PROTOCOL 1.3 utterance.streaming"


def _sequences(events: list[Event]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The replica's, each with its utterance's id; a new one begins behind a final one."""
    found: dict[tuple[str, str], list[list[dict[str, Any]]]] = defaultdict(lambda: [[]])
    for event in of(events, STREAMING):
        if role(event) == "user":
            continue
        sequences = found[key(event.get("inference_id")), key(role(event))]
        if sequences[-1] and sequences[-1][-1].get("final"):
            sequences.append([])
        sequences[-1].append(properties(event))
    return [(name, one) for (name, _), sequences in found.items() for one in sequences]


@invariant(9, "content_index counts from 0 by one", REFERENCE, STREAMING)
def content_index(events: list[Event], _: str) -> str | None:
    """In each sequence. A user's may begin anew at any time: inferences change while somebody talks."""
    for _name, sequence in _sequences(events):
        numbers = [chunk.get("content_index") for chunk in sequence]
        if numbers != list(range(len(numbers))):
            return f"content_index was {numbers}"
    theirs = [properties(one).get("content_index") for one in of(events, STREAMING) if role(one) == "user"]
    expected = 0
    for number in theirs:
        if not isinstance(number, int) or number not in (0, expected):
            return f"content_index of a user was {theirs}"
        expected = number + 1
    return None


@invariant(10, "the replica's streaming text grows, and is no delta", REFERENCE, STREAMING)
def streaming_grows(events: list[Event], _: str) -> str | None:
    """Each chunk begins with the one before."""
    for _name, sequence in _sequences(events):
        for before, after in pairwise(str(chunk.get("speech")) for chunk in sequence):
            if not after.startswith(before):
                return f"{after!r} came after {before!r}"
    return None


@invariant(11, "every streaming sequence of the replica ends with final", REFERENCE, STREAMING)
def streaming_ends(events: list[Event], _: str) -> str | None:
    """Once the replica has begun something else, or the call is over: before, it may still be on its way."""
    starts = [key(event.get("inference_id")) for event in of(events, REPLICA_STARTED)]
    for name, sequence in _sequences(events):
        done = name in starts and name != starts[-1]
        if (done or of(events, SHUTDOWN)) and not sequence[-1].get("final"):
            return "a sequence had no final chunk"
    return None
