"""A replay beside what was recorded: what differs, and what the record lost."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

Event = dict[str, Any]
"""As it went on the wire."""
Numbered = tuple[int, Event]

HEARTBEATS = ("system.replica_present", "system.pal_present")
"""Told, and never recorded."""
SHUTDOWN = "system.shutdown"
MOST_SHOWN = 20
"""Missing events; the others are counted."""


def compare(replayed: Iterable[Numbered], recorded: Iterable[Event]) -> str:
    """The first recorded event that the replay has otherwise, or every one that the record lacks.

    A record may begin late and end early; in between all that was told must be in it, but heartbeats. The
    server itself adds the shutdown of a call whose worker died, behind the end of its log.

    Args:
        replayed: with their ``seq``, in order.
        recorded: in order; those of old dialects carry no ``seq``.

    Returns:
        what to tell; empty when nothing is wrong.
    """
    ours = [(seq, event) for seq, event in replayed if _counts(event)]
    theirs = [event for event in recorded if _counts(event)]
    if theirs and theirs[-1]["event_type"] == SHUTDOWN and all(e["event_type"] != SHUTDOWN for _, e in ours):
        theirs.pop()
    missing: list[Event] = []
    position = None
    for event in theirs:
        found = _find(ours, event, position or 0)
        if found is None:
            beside = None if position is None or position >= len(ours) else ours[position][1]
            return f"recorded: {json.dumps(event)}\nreplayed: {json.dumps(_same_seq(ours, event) or beside)}"
        if position is not None:
            missing += [lost for _, lost in ours[position:found]]
        position = found + 1
    return _told(missing)


def _counts(event: Event) -> bool:
    return event.get("event_type") not in HEARTBEATS


def _find(ours: Sequence[Numbered], event: Event, start: int) -> int | None:
    """Where the replay has exactly this event, from a position on."""
    seq = event.get("seq")
    for index in range(start, len(ours)):
        if seq is not None and ours[index][0] > seq:
            return None
        if ours[index][1] == event:
            return index
    return None


def _same_seq(ours: Sequence[Numbered], event: Event) -> Event | None:
    return next((one for seq, one in ours if seq == event.get("seq")), None)


def _told(missing: Sequence[Event]) -> str:
    lines = [f"not recorded: {json.dumps(event)}" for event in missing[:MOST_SHOWN]]
    if len(missing) > MOST_SHOWN:
        lines.append(f"and {len(missing) - MOST_SHOWN} more that are not recorded")
    return "\n".join(lines)
