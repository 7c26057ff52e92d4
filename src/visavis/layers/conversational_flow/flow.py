"""How patient the replica is and how readily it yields, in words and in figures.

The words are the persona's (PROTOCOL 4, layer ``conversational_flow``) and those of the
``conversation.sensitivity`` interaction (PROTOCOL 2), which says the first one the other way round: a high
pause sensitivity is little patience.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Patience = Literal["low", "medium", "high", "veryhigh", "utmost"]
Interruptibility = Literal["superlow", "verylow", "low", "medium", "high"]
Sensitivity = Literal["superlow", "verylow", "low", "medium", "high", "auto"]

_PATIENCE: dict[Patience, tuple[float, float]] = {
    "low": (0.4, 0.8),
    "medium": (0.5, 1.2),
    "high": (0.7, 1.8),
    "veryhigh": (0.85, 2.5),
    "utmost": (0.95, 3.5),
}
_BARGE_IN: dict[Interruptibility, float] = {
    "superlow": 1.5,
    "verylow": 0.9,
    "low": 0.5,
    "medium": 0.3,
    "high": 0.2,
}
_PATIENCE_OF: dict[Sensitivity, Patience] = {
    "superlow": "utmost",
    "verylow": "veryhigh",
    "low": "high",
    "medium": "medium",
    "high": "low",
}


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """Turn-taking of one conversation."""

    patience: Patience = "medium"
    interruptibility: Interruptibility = "medium"

    @property
    def completeness(self) -> float:
        """Probability of a complete turn from which on it is taken for one."""
        return _PATIENCE[self.patience][0]

    @property
    def silence_limit(self) -> float:
        """Seconds of silence that end a turn, however incomplete it sounds."""
        return _PATIENCE[self.patience][1]

    @property
    def barge_in(self) -> float:
        """Seconds of speech that it takes to be heard while the replica speaks."""
        return _BARGE_IN[self.interruptibility]

    def sensed(
        self, pause: Sensitivity | None, interrupt: Sensitivity | None, persona: FlowSettings
    ) -> FlowSettings:
        """These settings, changed during the call.

        Args:
            pause: None leaves patience as it is, ``auto`` gives it back to the persona.
            interrupt: likewise, for interruptibility.
            persona: the settings the call began with.
        """
        changed = self
        if pause is not None:
            patience = persona.patience if pause == "auto" else _PATIENCE_OF[pause]
            changed = replace(changed, patience=patience)
        if interrupt is not None:
            readiness = persona.interruptibility if interrupt == "auto" else interrupt
            changed = replace(changed, interruptibility=readiness)
        return changed
