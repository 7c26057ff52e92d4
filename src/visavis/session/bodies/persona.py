"""``POST /v2/personas`` (PROTOCOL 2.2)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from visavis.session.bodies.base import EU, LONGEST_PROMPT, Body, Id
from visavis.session.bodies.layers import Layers

MOST_TOOLS = 50
"""Of one persona."""
LONGEST_DISCLOSURE = 10_000
DISCLOSURE = "You are talking with an AI."
"""Where a persona has no words of its own."""


class PersonaBody(Body):
    """The body of ``POST /v2/personas``."""

    persona_name: str = Field("", validation_alias=AliasChoices("persona_name", "pal_name"))
    system_prompt: str = Field("", max_length=LONGEST_PROMPT)
    context: str = Field("", max_length=LONGEST_PROMPT)
    greeting: str = ""
    pipeline_mode: Literal["full", "echo"] = "full"
    default_replica_id: str = Field(
        "", validation_alias=AliasChoices("default_replica_id", "default_face_id")
    )
    document_ids: list[Id] = Field(default_factory=list, max_length=1000)
    document_tags: list[Id] = Field(default_factory=list, max_length=100)
    objectives_id: str = ""
    guardrails_id: str = ""
    """A legacy set."""
    guardrail_ids: list[str] = Field(default_factory=list, max_length=50)
    guardrail_tags: list[str] = Field(default_factory=list, max_length=50)
    tool_ids: list[str] = Field(default_factory=list, max_length=MOST_TOOLS)
    memories: list[str] = Field(default_factory=list, max_length=100)
    """What it remembers from the start; no effect yet."""
    persona_description: str = Field("", max_length=LONGEST_PROMPT)
    is_template: bool = False
    disclosure_type: str = Field("", max_length=100)
    """Whether people are told that they talk to a machine: ``never``, ``always``, or (``auto``, which is what
    nothing means) if the conversation's policy is ``eu``."""
    verbal_disclosure: str = Field("", max_length=LONGEST_DISCLOSURE)
    """Said before the greeting."""
    visual_disclosure: str = Field("", max_length=LONGEST_DISCLOSURE)
    """Shown in the page."""
    layers: Layers = Field(default_factory=Layers)

    @model_validator(mode="after")
    def _needs_a_prompt(self) -> Self:
        if self.pipeline_mode == "full" and not self.system_prompt.strip():
            raise ValueError("system_prompt is required unless pipeline_mode is 'echo'")
        return self

    def spoken_disclosure(self, policy: str) -> str:
        """What is said first, under a conversation's policy; empty: nothing."""
        return (self.verbal_disclosure or DISCLOSURE) if self._discloses(policy) else ""

    def visible_disclosure(self, policy: str) -> str:
        """What the page shows, likewise."""
        return (self.visual_disclosure or DISCLOSURE) if self._discloses(policy) else ""

    def _discloses(self, policy: str) -> bool:
        """A word that we do not know is rather a reason to say it."""
        kind = self.disclosure_type.strip().lower()
        return policy == EU if kind in ("", "auto") else kind not in ("never", "none", "off")
