"""Tools by which the LLM speaks to the conversation itself; no client is asked to run them."""

from __future__ import annotations

import json
from typing import Any

from visavis.conversation import guardrails, objectives
from visavis.conversation.guardrails import Guardrails
from visavis.conversation.objectives import Objectives
from visavis.conversation.outbox import Tie

MOST_IN_A_ROW = 3
"""Inferences of one turn that may end in nothing but such calls; a small model may call for ever."""


class InnerTools:
    """Objectives and guardrails, as tools."""

    def __init__(self, objectives: Objectives, guardrails: Guardrails) -> None:
        self._objectives, self._guardrails = objectives, guardrails
        self._inference_id = ""
        self._in_a_row = 0

    @property
    def definitions(self) -> tuple[dict[str, Any], ...]:
        """What the LLM is given, beside the persona's tools."""
        return tuple(filter(None, (self._objectives.definition, self._guardrails.definition)))

    @property
    def instructions(self) -> str:
        """What the LLM is told about them, in its system message."""
        return "\n\n".join(filter(None, (self._objectives.instructions, self._guardrails.instructions)))

    def owns(self, name: str) -> bool:
        """Whether the tool of this name is one of them."""
        return name in (objectives.TOOL, guardrails.TOOL)

    def run(self, name: str, arguments: str, tie: Tie, again: bool = False) -> str | None:
        """Run a call of the LLM.

        Args:
            name: the tool's.
            arguments: JSON text, as the LLM wrote it.
            tie: of the inference.
            again: the same inference called the same tool before.

        Returns:
            The result for the LLM; None when it is a tool of the clients.
        """
        if name == objectives.TOOL and again:
            return "Error: one objective at a time."  # it knows of no other yet
        if name == objectives.TOOL:
            return self._objectives.report(_decoded(arguments), tie)
        if name == guardrails.TOOL:
            return self._guardrails.report(_decoded(arguments), tie)
        return None

    def may_go_on(self, tie: Tie) -> bool:
        """Whether the LLM, which said nothing beside such calls, is asked once more."""
        if tie.inference_id != self._inference_id:
            self._inference_id, self._in_a_row = tie.inference_id, 0
        self._in_a_row += 1
        return self._in_a_row <= MOST_IN_A_ROW


def _decoded(arguments: str) -> dict[str, Any]:
    try:
        decoded = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}
