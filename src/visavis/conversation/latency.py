"""Where the time between a user's last word and the replica's first goes, layer by layer."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

Mark = Literal[
    "speech_ended",
    "speech_stopped",
    "turn_ended",
    "inference_started",
    "first_text",
    "first_clause",
    "synthesized",
    "audible",
]

STEPS: dict[Mark, str] = {
    "speech_ended": "",
    "speech_stopped": "silence",
    "turn_ended": "turn",
    "inference_started": "floor",
    "first_text": "llm_first_text",
    "first_clause": "first_clause",
    "synthesized": "synthesis",
    "audible": "playout",
}
"""The marks in their order, and what the time before each is called in ``visavis.latency``."""

KEPT = 8
"""Turns that may be on their way at once; the oldest is forgotten beyond it."""


class Stopwatch:
    """Notes when the turn of an ``inference_id`` passed each step."""

    def __init__(self) -> None:
        self._turns: dict[str, dict[Mark, float]] = {}

    def mark(self, inference_id: str, mark: Mark, at: float) -> None:
        """It passed this step; the first time counts."""
        self._turn(inference_id).setdefault(mark, at)

    def silent(self, inference_id: str, at: float, silence: float) -> None:
        """Its speaker has been silent for so long; the last time counts, for speech may go on."""
        turn = self._turn(inference_id)
        turn["speech_ended"], turn["speech_stopped"] = at - silence, at

    def read(self, inference_id: str) -> dict[str, float]:
        """Seconds of each step that was passed, and in all; then the turn is forgotten.

        Empty when there was no inference.
        """
        turn = self._turns.pop(inference_id, {})
        if "inference_started" not in turn:
            return {}
        passed = [mark for mark in STEPS if mark in turn]
        split = {STEPS[later]: round(turn[later] - turn[before], 3) for before, later in pairwise(passed)}
        return {**split, "total": round(turn[passed[-1]] - turn[passed[0]], 3)}

    def _turn(self, inference_id: str) -> dict[Mark, float]:
        if inference_id not in self._turns and len(self._turns) >= KEPT:
            del self._turns[next(iter(self._turns))]
        return self._turns.setdefault(inference_id, {})
