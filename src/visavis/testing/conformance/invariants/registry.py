"""Rules by number, and which of them a conversation can break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from visavis.testing.conformance.invariants.reading import Event, is_kind
from visavis.testing.conformance.model import Case, Profile, Source, every_case, held_by

Rule = Callable[[list[Event], str], str | None]
"""From a conversation's events and its id to what is wrong; None when nothing is."""

DATED = ("seed", "2026-03")
"""Dialects that lack what rules marked ``newer`` are about."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A numbered rule.

    Attributes:
        about: it has something to say where an event of each of these kinds came (``reading.is_kind``).
        newer: it is about what older dialects do not have.
    """

    case: Case
    rule: Rule
    about: tuple[str, ...]
    newer: bool = False

    def applies(self, events: list[Event], dialect: str = "") -> bool:
        """Whether these events can break it.

        Args:
            events: what was received.
            dialect: that the conversation was made with; empty for the server's own.
        """
        if self.newer and dialect in DATED:
            return False
        kinds = {event["event_type"] for event in events}
        return all(any(is_kind(kind, wanted) for kind in kinds) for wanted in self.about)


INVARIANTS: list[Invariant] = []


def looked_at(events: list[Event], dialect: str, case_id: str) -> list[Invariant]:
    """The rules that the conversation of a case can break; a profile's rules count in its cases only.

    Args:
        events: what was received.
        dialect: that the conversation was made with; empty for the server's own.
        case_id: whose conversation it was.
    """
    held = held_by(_profiles().get(case_id, "core"))
    return [one for one in INVARIANTS if one.case.profile in held and one.applies(events, dialect)]


def invariant(
    number: int,
    title: str,
    reference: str,
    *about: str,
    source: Source = "docs",
    profile: Profile = "core",
    newer: bool = False,
) -> Callable[[Rule], Rule]:
    """Register a rule; the arguments are those of ``Case`` and ``Invariant``."""

    def register(rule: Rule) -> Rule:
        case = Case(
            id=f"INV-{number:03}",
            title=title,
            source=source,
            reference=reference,
            profile=profile,
            hook=rule.__name__,
        )
        INVARIANTS.append(Invariant(case, rule, about, newer))
        INVARIANTS.sort(key=lambda one: one.case.id)
        return rule

    return register


@cache
def _profiles() -> dict[str, Profile]:
    return {case.id: case.profile for case in every_case()}
