"""How many conversations a case makes, and how long each may last: what a run on a hosted server may cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from visavis.testing.conformance.model import Case

MARGIN = 15
"""Seconds that a conversation may outlive its case, if it cannot be ended."""
HOLDS = ("create", "talk")
CREATES = "POST /conversations"


def longest(seconds: float) -> int:
    """Seconds after which a conversation must end by itself, for a case that may take ``seconds``."""
    return math.ceil(seconds) + MARGIN


def held(case: Case, scale: float = 1.0) -> list[int]:
    """The seconds that each conversation of a case may last.

    Args:
        case: which.
        scale: by which its time is stretched.
    """
    limit = longest(case.seconds * scale)
    if case.hook:
        return [limit] * case.conversations
    return [min(limit, _asked(body, limit)) for step in case.steps for body in _bodies(step)]


def minutes(cases: Sequence[Case], scale: float = 1.0) -> tuple[int, float]:
    """How many conversations these cases hold, and how many minutes these take at most."""
    every = [seconds for case in cases for seconds in held(case, scale)]
    return len(every), sum(every) / 60


def _bodies(step: dict[str, Any]) -> list[Any]:
    if str(step.get("rest", "")).rstrip("/") == CREATES and "json" in step:
        return [step["json"]]
    return [step[verb] for verb in HOLDS if verb in step]


def _asked(body: Any, limit: int) -> int:
    properties = body.get("properties") if isinstance(body, dict) else None
    asked = properties.get("max_call_duration") if isinstance(properties, dict) else None
    return asked if isinstance(asked, int) and asked > 0 else limit
