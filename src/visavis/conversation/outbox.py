"""What one input causes, collected in order; the one place where events get their envelope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from visavis.conversation.effects import Broadcast, CancelTimer, Effect, Ignore, SetTimer
from visavis.protocol.events import Event

EARLY = 0.05
"""Seconds by which a timer may fire too early and still count: clocks round."""


class Tie(NamedTuple):
    """What ties an event to an utterance and a turn (PROTOCOL 1.1)."""

    inference_id: str
    turn_idx: int


class Outbox:
    """Effects, in order.

    Args:
        epoch: Unix seconds at time 0.
        conversation_id: goes into every event.

    Attributes:
        now: seconds since the conversation began.
    """

    def __init__(self, epoch: float, conversation_id: str) -> None:
        self._epoch, self._conversation_id = epoch, conversation_id
        self._seq = 0
        self._effects: list[Effect] = []
        self._timers: dict[str, float] = {}
        self.now = 0.0

    def put(self, effect: Effect) -> None:
        """Cause this."""
        self._effects.append(effect)

    def ignore(self, reason: str) -> None:
        """Say that the input had no effect, and why; no user's words."""
        self._effects.append(Ignore(reason))

    def broadcast(self, kind: Callable[..., Event], tie: Tie | None = None, **properties: Any) -> None:
        """Tell everyone; only fields that are given go on the wire."""
        self._seq += 1
        fields: dict[str, Any] = {
            "timestamp": self._epoch + self.now,
            "seq": self._seq,
            "conversation_id": self._conversation_id,
        }
        if tie is not None:
            fields.update(inference_id=tie.inference_id, turn_idx=tie.turn_idx)
        if properties:
            fields["properties"] = properties
        self._effects.append(Broadcast(kind(**fields), self._seq))

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
