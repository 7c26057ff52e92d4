"""Everything that happened in a conversation, in order, and as lines that a person reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from visavis.conversation import inputs as happens
from visavis.conversation.effects import CallBack
from visavis.conversation.log import encode
from visavis.protocol.events import Event, PalPresent, Playback, ReplicaPresent, UtteranceStreaming

LINES = 60
"""The last ones that a failure shows."""
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something had no effect.

    Attributes:
        reason: why.
    """

    reason: str


Moment = happens.Input | Event | CallBack | Ignored


class Timeline:
    """Inputs and events as they came."""

    def __init__(self) -> None:
        self._moments: list[tuple[float, Moment]] = []

    def add(self, at: float, moment: Moment) -> None:
        """This happened at that time."""
        self._moments.append((at, moment))

    @property
    def ignored(self) -> list[str]:
        """Why things had no effect."""
        return [moment.reason for _, moment in self._moments if isinstance(moment, Ignored)]

    @property
    def callbacks(self) -> list[CallBack]:
        """What would be posted to the ``callback_url`` of objectives and guardrails."""
        return [moment for _, moment in self._moments if isinstance(moment, CallBack)]

    def log_lines(self) -> Iterator[str]:
        """The inputs as JSON lines: the log that ``visavis.conversation.log.replay`` reads."""
        for _, moment in self._moments:
            if isinstance(moment, happens.Input):
                yield json.dumps(encode(moment), separators=(",", ":"))

    def render(self, last: int | None = None) -> str:
        """What is worth reading, a line each: heartbeats, the playout clock and growing sentences are not.

        Args:
            last: so many lines; all if None.
        """
        lines = [f"{at:9.3f}  {line}" for at, moment in self._moments if (line := _line(moment)) is not None]
        if last is None or len(lines) <= last:
            return "\n".join(lines)
        return "\n".join([f"{'':9}  ({len(lines) - last} earlier lines)", *lines[-last:]])


def _line(moment: Moment) -> str | None:
    if isinstance(moment, Ignored):
        return f"  (no effect: {moment.reason})"
    if isinstance(moment, CallBack):
        return f"  (callback of the {moment.kind} {moment.subject})"
    if not isinstance(moment, happens.Input):
        return None if _passing(moment) else event_line(moment)
    match moment:
        case happens.ParticipantJoined():
            return f"→ {moment.participant_id} joined"
        case happens.ParticipantLeft():
            return f"→ {moment.participant_id} {'lost the connection' if moment.lost else 'left'}"
        case happens.InteractionReceived():
            asked = moment.interaction.wire()
            who = moment.participant_id or "REST"
            return _short(f"→ {who} sent {asked['event_type']} {_json(asked.get('properties'))}")
        case happens.InferenceToolCalls():
            return _short(f"→ the LLM called {', '.join(call.name for call in moment.calls)}")
        case happens.InferenceFailed():
            return f"→ the LLM failed: {moment.reason}"
        case happens.UserTurnEnded():
            return _short(f"→ {moment.participant_id} said {moment.text!r}")
        case _:
            return None


def _passing(event: Event) -> bool:
    """Heartbeats, the playout clock, sentences that still grow."""
    if isinstance(event, UtteranceStreaming):
        return not event.properties.final
    return isinstance(event, ReplicaPresent | PalPresent | Playback)


def event_line(event: Event) -> str:
    """An event in one line."""
    wire = event.wire()
    turn = f" turn {event.turn_idx}" if event.turn_idx is not None else ""
    return _short(f"{wire['event_type']}{turn} {_json(wire.get('properties'))}")


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _short(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
