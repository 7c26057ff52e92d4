"""What a conversation was like in numbers, from what it broadcast."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median, quantiles
from typing import Any

from visavis.conversation.latency import STEPS

Message = Mapping[str, Any]


class Figures:
    """Counts and measures one conversation's events, told in their order.

    A dialect without ``visavis.latency`` or speaking events with durations has fewer of them.
    """

    def __init__(self) -> None:
        self._first: float | None = None
        self._last: float | None = None
        self._turns = self._replies = self._interruptions = self._tool_calls = self._failures = 0
        self._speech = {"user": 0.0, "replica": 0.0}
        self._latencies: list[dict[str, Any]] = []

    def event(self, message: Message) -> None:
        """A message of the conversation, as it went on the wire."""
        properties = message.get("properties") or {}
        at, role = message.get("timestamp"), properties.get("role")
        self._first = at if self._first is None else self._first
        self._last = at if at is not None else self._last
        match message.get("event_type"):
            case "conversation.utterance" if role == "user":
                self._turns += 1
            case "conversation.utterance" if role == "replica":
                self._replies += 1
            case "conversation.stopped_speaking" if role in self._speech:
                self._speech[role] += properties.get("duration") or 0.0
                self._interruptions += bool(role == "replica" and properties.get("interrupted"))
            case "conversation.tool_call":
                self._tool_calls += 1
            case "visavis.layer_failed":
                self._failures += 1
            case "visavis.latency":
                tie = {name: message.get(name) for name in ("turn_idx", "inference_id")}
                self._latencies.append({**tie, **properties})

    def summary(self) -> dict[str, Any]:
        """All of it; times in seconds."""
        known = self._first is not None and self._last is not None
        return {
            "seconds": round((self._last or 0.0) - (self._first or 0.0), 3) if known else None,
            "user_turns": self._turns,
            "replica_utterances": self._replies,
            "interruptions": self._interruptions,
            "tool_calls": self._tool_calls,
            "layer_failures": self._failures,
            "user_speech_seconds": round(self._speech["user"], 3),
            "replica_speech_seconds": round(self._speech["replica"], 3),
            "latency": {
                step: _spread([one[step] for one in self._latencies if one.get(step) is not None])
                for step in (*filter(None, STEPS.values()), "total")
            },
            "replies": self._latencies,
        }


def _spread(seconds: list[float]) -> dict[str, Any]:
    """Median and the slowest twentieth; None of nothing."""
    if not seconds:
        return {"count": 0, "median": None, "p95": None}
    slow = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return {"count": len(seconds), "median": round(median(seconds), 3), "p95": round(slow, 3)}
