"""Objectives: the steps that the replica works towards (PROTOCOL 1.3, 2.5, 5.1)."""

from __future__ import annotations

import json
from typing import Any

from visavis.conversation.effects import CallBack, Ignore
from visavis.conversation.inputs import Objective
from visavis.conversation.outbox import Outbox, Tie
from visavis.protocol import events
from visavis.protocol.interactions import ObjectiveConfirmProperties

TOOL = "tavus_complete_objective"
"""What the LLM calls; the prefix is reserved (PROTOCOL 2.7)."""
NEXT = "next_objective"
"""The argument that names the objective to follow, where that depends on what was said."""


class Objectives:
    """Knows the current step, and what has to be known before the next."""

    def __init__(self, out: Outbox, objectives: tuple[Objective, ...]) -> None:
        self._out = out
        self._all = {objective.name: objective for objective in objectives}
        self._in_order = not any(one.next_required or one.next_conditional for one in objectives)
        self._current: Objective | None = None
        self._pending: tuple[dict[str, str], str] | None = None

    def begin(self) -> None:
        """The first one becomes current."""
        self._activate(next(iter(self._all), ""))

    @property
    def instructions(self) -> str:
        """What the LLM is told; empty when there is nothing to work towards."""
        current = self._current
        if current is None:
            return ""
        if self._pending is not None:
            return f"Your objective {current.name!r} awaits the user's confirmation on the screen."
        lines = [
            f"Your current objective is {current.name!r}: {current.prompt}",
            f"Once it is reached, call {TOOL}; not before.",
        ]
        if current.output_variables:
            lines.append(f"Find out: {', '.join(current.output_variables)}.")
        lines += [
            f"If {condition}, the next objective is {name!r}."
            for name, condition in current.next_conditional.items()
        ]
        return "\n".join(lines)

    @property
    def definition(self) -> dict[str, Any] | None:
        """The tool by which the LLM says that the current one is reached; None when there is none."""
        current = self._current
        if current is None or self._pending is not None:
            return None
        properties: dict[str, Any] = {name: {"type": "string"} for name in current.output_variables}
        if current.next_conditional:
            properties[NEXT] = {"type": "string", "enum": list(current.next_conditional)}
        return {
            "type": "function",
            "function": {
                "name": TOOL,
                "description": f"Say that the objective {current.name!r} is reached.",
                "parameters": {
                    "type": "object",
                    "properties": properties,
                    "required": list(properties),
                },
            },
        }

    def report(self, arguments: dict[str, Any], tie: Tie) -> str:
        """The LLM says that the current one is reached.

        Returns:
            What the LLM is told: that it was noted, or what is wrong.
        """
        current = self._current
        if current is None or self._pending is not None:
            return "Error: no objective is open."
        missing = [name for name in current.output_variables if not _text(arguments.get(name))]
        if missing:
            return f"Error: not known yet: {', '.join(missing)}."
        following = self._following(current, arguments)
        if following is None:
            return f"Error: {NEXT} must be one of: {', '.join(current.next_conditional)}."
        variables = {name: _text(arguments.get(name)) for name in current.output_variables}
        if current.manual:
            self._pending = (variables, following)
            self._tell(events.ObjectivePending, tie, current, variables)
            return "Noted; the user is asked to confirm it."
        self._complete(tie, current, variables, following)
        return "Noted."

    def confirm(self, properties: ObjectiveConfirmProperties, tie: Tie | None) -> str | None:
        """The participant confirmed what is pending, perhaps with other values.

        Returns:
            Why that has no effect; None if it has.
        """
        current = self._current
        if current is None or self._pending is None:
            return "objective.confirm: no objective is pending"
        if properties.objective_name not in (None, current.name):
            return "objective.confirm: another objective is pending"
        variables, following = self._pending
        given = properties.output_variables or {}
        edited = {name: _text(value) for name, value in given.items() if name in variables}
        if len(edited) < len(given):
            self._out.put(Ignore("objective.confirm: output_variables that the objective does not have"))
        self._pending = None
        self._complete(tie, current, variables | edited, following)
        return None

    def _complete(
        self, tie: Tie | None, current: Objective, variables: dict[str, str], following: str
    ) -> None:
        body = {"objective_name": current.name, "output_variables": variables}
        self._out.put(CallBack("objective", current.name, body))
        self._tell(events.ObjectiveCompleted, tie, current, variables)
        self._activate(following, tie)

    def _activate(self, name: str, tie: Tie | None = None) -> None:
        self._current = self._all.get(name)
        if self._current is not None:
            self._tell(events.ObjectiveActivated, tie, self._current, {})

    def _following(self, current: Objective, arguments: dict[str, Any]) -> str | None:
        """The name of the next one, empty for none; None when the LLM has to choose and did not."""
        if current.next_conditional:
            chosen = arguments.get(NEXT)
            return chosen if isinstance(chosen, str) and chosen in current.next_conditional else None
        if current.next_required or not self._in_order:
            return current.next_required
        names = [*self._all, ""]
        return names[names.index(current.name) + 1]

    def _tell(
        self,
        kind: type[events.EventMessage],
        tie: Tie | None,
        objective: Objective,
        variables: dict[str, str],
    ) -> None:
        more: dict[str, Any] = {"output_variables": variables} if variables else {}
        self._out.broadcast(kind, tie, objective_name=objective.name, **more)


def _text(value: object) -> str:
    """A collected value; they are strings (PROTOCOL 1.3), others become JSON."""
    if isinstance(value, str):
        return value.strip()
    return "" if value is None else json.dumps(value, ensure_ascii=False)
