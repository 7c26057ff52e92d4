"""The table of cases, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from visavis.testing.conformance.invariants import INVARIANTS
from visavis.testing.conformance.model import GROUPS, Case, every_case


def every_rule() -> list[Case]:
    """What is checked in every conversation of every case."""
    return [invariant.case for invariant in INVARIANTS]


def listing(cases: Sequence[Case] | None = None) -> str:
    """A table for each group; without ``cases`` of all there are."""
    rows = [*(every_case() if cases is None else cases), *every_rule()]
    parts = []
    for group, title in GROUPS.items():
        if members := [case for case in rows if case.group == group]:
            head = f"### {title}\n\n| case | title | source | reference | profile |\n|---|---|---|---|---|\n"
            parts.append(head + "\n".join(map(_row, members)))
    return "\n\n".join(parts)


def _row(case: Case) -> str:
    return f"| {case.id} | {case.title} | {case.source} | {case.reference} | {case.profile} |"
