"""What one input causes, collected in order; the one place where events get their envelope."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from visavis.conversation.effects import Broadcast, CancelTimer, Effect, Ignore, SetTimer
from visavis.protocol import events
from visavis.protocol.dialects import DIALECTS, UNION
from visavis.protocol.events import Event, EventMessage

EARLY = 0.05
"""Seconds by which a timer may fire too early and still count: clocks round."""

OPTIONAL = frozenset({"timestamp", "seq", "inference_id", "turn_idx"})
"""Envelope fields that a dialect may not have."""
TWINS: dict[str, type[EventMessage]] = {
    "system.pal_present": events.PalPresent,
    "conversation.perception-analysis": events.PerceptionAnalysis,
}
"""The models of the second events that a dialect wants sent along."""


class Tie(NamedTuple):
    """What ties an event to an utterance and a turn (PROTOCOL 1.1)."""

    inference_id: str
    turn_idx: int


class Outbox:
    """Effects, in order.

    Args:
        epoch: Unix seconds at time 0.
        conversation_id: goes into every event.
        dialect: which events are sent, and what of them.

    Attributes:
        now: seconds since the conversation began.
        ignored: the reason last given to ``ignore``, until somebody sets it back.
    """

    def __init__(self, epoch: float, conversation_id: str, dialect: str = "union") -> None:
        self._epoch, self._conversation_id = epoch, conversation_id
        self.dialect = DIALECTS.get(dialect, UNION)
        self._seq = 0
        self._effects: list[Effect] = []
        self._timers: dict[str, float] = {}
        self.now = 0.0
        self.ignored: str | None = None

    @property
    def unix(self) -> float:
        """Now, in Unix seconds."""
        return self._epoch + self.now

    def put(self, effect: Effect) -> None:
        """Cause this."""
        self._effects.append(effect)

    def ignore(self, reason: str) -> None:
        """Say that the input had no effect, and why; no user's words."""
        self.ignored = reason
        self._effects.append(Ignore(reason))

    def broadcast(
        self,
        kind: type[EventMessage],
        tie: Tie | None = None,
        *,
        asked_for: bool = False,
        canvas_config: dict[str, Any] | None = None,
        **properties: Any,
    ) -> None:
        """Tell everyone, as far as the dialect has the event; only fields that are given go on the wire.

        Args:
            kind: the event's model.
            tie: to an utterance and a turn.
            asked_for: a client wants this very event, extension or not.
            canvas_config: beside the properties (PROTOCOL 1.4).
            properties: of the event.
        """
        self.tell(kind, tie, properties, asked_for, canvas_config)

    def tell(
        self,
        kind: type[EventMessage],
        tie: Tie | None,
        properties: dict[str, Any],
        asked_for: bool = False,
        canvas_config: dict[str, Any] | None = None,
    ) -> None:
        """As ``broadcast``, with properties of whatever names."""
        without = self.dialect.without
        envelope: dict[str, Any] = {} if tie is None else tie._asdict()
        if canvas_config is not None and "canvas_config" not in without:
            envelope["canvas_config"] = canvas_config
        event_type: str = kind.model_fields["event_type"].default
        properties = {
            name: value
            for name, value in properties.items()
            if name not in without and f"{event_type}/{name}" not in without
        }
        if not asked_for and not self._in_dialect(event_type):
            return
        if event_type in self.dialect.bare:
            properties = {}
        if self.dialect.pal_twins and properties.get("role") == "replica":
            self._send(kind, event_type, envelope, {**properties, "role": "pal"})
        self._send(kind, event_type, envelope, properties)
        if twin := self.dialect.twins.get(event_type):
            self._send(TWINS[twin], twin, envelope, properties)

    def set_timer(self, name: str, at: float) -> None:
        """Have ``TimerFired(name)`` come at this time, in place of any timer of the name."""
        self._timers[name] = at
        self._effects.append(SetTimer(name, at))

    def cancel_timer(self, name: str) -> None:
        """Forget the timer, if it runs."""
        if self._timers.pop(name, None) is not None:
            self._effects.append(CancelTimer(name))

    def timer_ran_down(self, name: str) -> bool:
        """Whether a ``TimerFired`` is of a timer that runs and was due; it then runs no more."""
        due = self._timers.get(name)
        if due is None or self.now < due - EARLY:
            return False
        del self._timers[name]
        return True

    def drain(self) -> list[Effect]:
        """Everything caused since the last time."""
        effects, self._effects = self._effects, []
        return effects

    def _in_dialect(self, event_type: str) -> bool:
        if event_type.startswith("visavis."):
            return self.dialect.extensions
        return event_type not in self.dialect.omitted

    def _send(
        self, kind: type[EventMessage], event_type: str, envelope: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        self._seq += 1
        fields: dict[str, Any] = {
            "event_type": event_type,
            "timestamp": self.unix,
            "seq": self._seq,
            "conversation_id": self._conversation_id,
            **envelope,
        }
        for name in OPTIONAL - self.dialect.envelope:
            fields.pop(name, None)
        if properties:
            fields["properties"] = properties
        self._effects.append(Broadcast(cast(Event, kind(**fields)), self._seq))
