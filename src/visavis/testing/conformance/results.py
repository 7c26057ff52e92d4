"""What became of a case, and of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from visavis.errors import ConfigurationError
from visavis.testing.conformance.invariants import INVARIANTS
from visavis.testing.conformance.model import Case, every_case

Outcome = Literal["passed", "failed", "known", "skipped"]

SHOWN = 2000
"""Letters of a detail: a server may answer with a whole page."""
FORGOTTEN = "it passes now: take it off the list of known shortfalls"


@dataclass(slots=True)
class Result:
    """What became of a case.

    Attributes:
        outcome: ``known`` is a failure that the list of shortfalls names.
        detail: what is not as it should be, or why it was skipped.
        events: what was received, of a case that failed.
    """

    case: Case
    outcome: Outcome
    seconds: float = 0.0
    detail: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    def judged(self, shortfalls: Mapping[str, str]) -> Result:
        """The same, seen in the light of what is known to fall short."""
        reason = shortfalls.get(self.case.id)
        if reason is not None and self.outcome == "failed":
            self.outcome, self.detail = "known", f"{reason} ({self.detail})"
        elif reason is not None and self.outcome == "passed":
            self.outcome, self.detail = "failed", FORGOTTEN
        return self


@dataclass(frozen=True, slots=True)
class Report:
    """A run.

    Attributes:
        target: the server's URL.
        started: ISO 8601.
        seconds: how long it took.
        stopped: why it ended early; empty if it did not.
        left: what could not be removed from the server.
        notes: what else there is to know.
    """

    target: str
    driver: str
    version: str
    started: str
    seconds: float
    results: Sequence[Result]
    stopped: str = ""
    left: Sequence[str] = ()
    notes: Sequence[str] = ()

    def counts(self) -> dict[Outcome, int]:
        """How many cases had each outcome."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in ("passed", "failed", "known", "skipped")}


def printable(text: str) -> str:
    """A server's words without control characters, and not too long."""
    shown = "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in text)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]} …"


def read_shortfalls(path: Path) -> dict[str, str]:
    """Known failures: one line each, the case's id and the reason; ``#`` begins a comment.

    Raises:
        ConfigurationError: the file cannot be read, or a line names no case or no reason.
    """
    ids = {case.id for case in every_case()} | {invariant.case.id for invariant in INVARIANTS}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    found = {}
    for number, line in enumerate(lines, 1):
        name, _, reason = line.partition("#")[0].strip().partition(" ")
        if name and (name not in ids or not reason.strip()):
            raise ConfigurationError(f"{path}, line {number}: wanted a case's id and the reason")
        if name:
            found[name] = reason.strip()
    return found
