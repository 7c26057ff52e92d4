"""Guardrails: what must not happen, and word of it when it does (PROTOCOL 1.3, 2.6, 5.1)."""

from __future__ import annotations

from typing import Any

from visavis.conversation.effects import CallBack
from visavis.conversation.inputs import Guardrail
from visavis.conversation.outbox import Outbox, Tie
from visavis.protocol import events

TOOL = "tavus_report_guardrail"
"""What the LLM calls; the prefix is reserved (PROTOCOL 2.7)."""


class Guardrails:
    """Tells everyone when one fires; the call goes on."""

    def __init__(self, out: Outbox, guardrails: tuple[Guardrail, ...]) -> None:
        self._out = out
        self._all = {guardrail.name: guardrail for guardrail in guardrails}
        self._fired: set[str] = set()
        self._fired_in = 0

    @property
    def instructions(self) -> str:
        """What the LLM is told; empty when there are none."""
        if not self._all:
            return ""
        rules = [f"- {guardrail.name}: {guardrail.prompt}" for guardrail in self._all.values()]
        return "\n".join([f"Guardrails. When one applies, heed it and call {TOOL}:", *rules])

    @property
    def definition(self) -> dict[str, Any] | None:
        """The tool by which the LLM says that one fired."""
        if not self._all:
            return None
        return {
            "type": "function",
            "function": {
                "name": TOOL,
                "description": "Say that a guardrail applies to what was just said.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "guardrail": {"type": "string", "enum": list(self._all)},
                        "reason": {"type": "string", "description": "why, in one sentence"},
                    },
                    "required": ["guardrail", "reason"],
                },
            },
        }

    def report(self, arguments: dict[str, Any], tie: Tie) -> str:
        """The LLM says that one fired; the same one is told once a turn.

        Returns:
            What the LLM is told.
        """
        guardrail = self._all.get(str(arguments.get("guardrail")))
        if guardrail is None:
            return f"Error: guardrail must be one of: {', '.join(self._all)}."
        if tie.turn_idx != self._fired_in:
            self._fired, self._fired_in = set(), tie.turn_idx
        if guardrail.name not in self._fired:
            self._fired.add(guardrail.name)
            self._tell(guardrail, str(arguments.get("reason") or "").strip(), tie)
        return "Noted; go on, within the guardrail."

    def _tell(self, guardrail: Guardrail, reason: str, tie: Tie) -> None:
        """Whoever keeps the guardrail, and clients unless they are not to know."""
        properties = {"guardrail": guardrail.name, "guardrail_uuid": guardrail.uuid}
        self._out.put(CallBack("guardrail", guardrail.name, {"properties": properties}))
        if guardrail.app_message:
            self._out.broadcast(
                events.GuardrailTriggered,
                tie,
                guardrail=guardrail.name,
                guardrail_name=guardrail.name,
                guardrail_uuid=guardrail.uuid,
                reason=reason,
            )
