"""What a case is, and where cases come from."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Profile = Literal["core", "full", "extensions"]
Source = Literal["docs", "client-code", "decision"]
Need = Literal["voice", "speech", "audio", "video", "scripted_llm", "webhooks"]

GROUPS = {
    "REST": "REST API",
    "LIFE": "Lifecycle",
    "ECHO": "Echo",
    "RESP": "Respond",
    "INTR": "Interrupt",
    "CTX": "Context",
    "SENS": "Sensitivity",
    "TOOL": "Tools",
    "TURN": "Turns and ids",
    "GOAL": "Objectives and guardrails",
    "FLOW": "Turn-taking settings",
    "DIAL": "Dialects",
    "CHAT": "Chat mode",
    "MEDIA": "Sound and picture",
    "HOOK": "Webhooks",
    "PROP": "Random sequences",
    "EXT": "Extensions",
    "INV": "What must hold in every conversation",
}
"""Groups of cases by the first part of their ids."""


class Case(BaseModel):
    """One numbered case.

    Attributes:
        id: group and number, for ever the same.
        source: what demands it: the public documents, a client's code, or a decision of ours.
        reference: where that is written.
        profile: ``core`` is what every server must do: it follows from the public documents or from what
            clients send and rely on. ``full`` is all that is documented, what single clients rely on, and
            that odd input does no harm. ``extensions`` is ours, and what we decided where the documents leave
            a choice.
        needs: what must be there, else the case is skipped with that reason.
        steps: what is done and demanded (``steps.py``).
        hook: a function of ``hooks.py`` in place of steps.
        conversations: how many the hook makes at most.
        seconds: after which it has failed.
        alone: whether other cases at the same time would disturb it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Z]+-\d{3}$")
    title: str
    source: Source
    reference: str
    profile: Profile = "core"
    needs: tuple[Need, ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    hook: str = ""
    conversations: int = 1
    seconds: float = 45.0
    alone: bool = False

    @property
    def group(self) -> str:
        """The first part of the id."""
        return self.id.partition("-")[0]


@cache
def every_case() -> tuple[Case, ...]:
    """All cases, in the order of groups and numbers.

    Raises:
        pydantic.ValidationError: when a file is not as it should be.
    """
    folder = files("visavis.testing.conformance") / "cases"
    found: list[Case] = []
    for entry in folder.iterdir():
        if entry.name.endswith(".yaml"):
            found += map(Case.model_validate, yaml.safe_load(entry.read_text(encoding="utf-8")))
    order = list(GROUPS)
    return tuple(sorted(found, key=lambda case: (order.index(case.group), case.id)))


def chosen(profile: Profile | Literal["all"], ids: Iterable[str] = ()) -> list[Case]:
    """The cases of a profile (``full`` holds ``core``, ``extensions`` both), or those of these ids or groups.

    Raises:
        ValueError: an id or group that there is not.
    """
    wanted = [name.upper() for name in ids]
    cases = every_case()
    if unknown := [name for name in wanted if not any(name in (case.id, case.group) for case in cases)]:
        raise ValueError(f"no such case or group: {', '.join(unknown)}")
    if wanted:
        return [case for case in cases if case.id in wanted or case.group in wanted]
    held = held_by("extensions" if profile == "all" else profile)
    return [case for case in cases if case.profile in held]


def held_by(profile: Profile) -> tuple[Profile, ...]:
    """The profiles whose cases a profile demands: ``full`` holds ``core``, ``extensions`` both."""
    every: tuple[Profile, ...] = ("core", "full", "extensions")
    return every[: every.index(profile) + 1]
