"""One measured quantity: its values, and how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

KEPT = 1000
"""Values that a results file takes of one figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured, many times.

    Attributes:
        name: what, in words.
        unit: of the values.
        values: one a run; a run that did not come to an end is not among them but in ``missing``.
        method: from where to where, and by which clock.
        bad: which end of the values is the unwelcome one; the 95th percentile is counted towards it.
        missing: runs that gave no value.
        aim: what we would like, in words; empty when there is none.
    """

    name: str
    unit: str
    values: Sequence[float]
    method: str
    bad: Literal["high", "low"] = "high"
    missing: int = 0
    aim: str = ""

    @property
    def n(self) -> int:
        """Values."""
        return len(self.values)

    @property
    def median(self) -> float:
        """Half of the values are below; NaN without values."""
        return float(np.median(self.values)) if self.n else float("nan")

    @property
    def p95(self) -> float:
        """95 % of the values are better than this, interpolated; NaN without values."""
        rank = 95 if self.bad == "high" else 5
        return float(np.percentile(self.values, rank)) if self.n else float("nan")

    def as_json(self) -> dict[str, Any]:
        """For the results file; the values, unless they are too many, are in the order of the runs."""
        summary = {"median": self.median, "p95": self.p95, "best": self._best(), "worst": self._worst()}
        return {
            "name": self.name,
            "unit": self.unit,
            "n": self.n,
            "missing": self.missing,
            **{key: _rounded(value) for key, value in summary.items()},
            "bad": self.bad,
            "aim": self.aim,
            "method": self.method,
            "values": [_rounded(value) for value in self.values] if self.n <= KEPT else None,
        }

    def _best(self) -> float:
        if not self.n:
            return float("nan")
        return min(self.values) if self.bad == "high" else max(self.values)

    def _worst(self) -> float:
        if not self.n:
            return float("nan")
        return max(self.values) if self.bad == "high" else min(self.values)


def _rounded(value: float) -> float | None:
    """Four digits after the point; JSON knows no NaN."""
    return None if np.isnan(value) else round(float(value), 4)


def milliseconds(name: str, seconds: Sequence[float | None], method: str, *, aim: str = "") -> Figure:
    """A figure of durations; None stands for a run that gave none."""
    found = [value * 1000.0 for value in seconds if value is not None]
    return Figure(name, "ms", found, method, missing=len(seconds) - len(found), aim=aim)
