"""What clients post for objectives and guardrails (PROTOCOL 2.5, 2.6), and what conversations make of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from visavis.conversation import inputs
from visavis.session.bodies import URL, Body, Tag

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
StepName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_]+$")]


class ObjectiveBody(Body):
    """One step."""

    objective_name: StepName
    objective_prompt: str = Field(min_length=1, max_length=10_000)
    confirmation_mode: Literal["auto", "manual"] = "auto"
    output_variables: list[StepName] = Field(default_factory=list, max_length=50)
    modality: Literal["verbal", "visual", "audio"] = "verbal"
    next_conditional_objectives: dict[str, str] = Field(default_factory=dict)
    next_required_objective: str = ""
    callback_url: URL = ""
    tool_call: dict[str, Any] = Field(default_factory=dict)
    """Kept; no effect yet."""

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        if self.next_conditional_objectives and self.next_required_objective:
            raise ValueError("next_conditional_objectives and next_required_objective exclude each other")
        if self.objective_name in self.following:
            raise ValueError(f"{self.objective_name} leads to itself")
        return self

    @property
    def following(self) -> list[str]:
        """The names of the steps that may be next."""
        return [*self.next_conditional_objectives, *filter(None, [self.next_required_objective])]


class ObjectivesBody(Body):
    """The body of ``POST /v2/objectives``."""

    data: list[ObjectiveBody] = Field(min_length=1, max_length=50)
    name: str = Field("", max_length=100)
    allow_loops: bool = False
    """Whether steps may lead back to earlier ones."""

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        names = [step.objective_name for step in self.data]
        if len(set(names)) < len(names):
            raise ValueError("objective_name must be unique in the set")
        for step in self.data:
            if unknown := [name for name in step.following if name not in names]:
                raise ValueError(f"{step.objective_name} leads to {unknown[0]!r}, which is not in the set")
        return self

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        """One step begins, all others can be reached from it, and none leads back without leave."""
        following = {step.objective_name: step.following for step in self.data}
        if not any(following.values()):
            return self  # one after the other
        begins, *others = self._beginnings()
        if others:
            raise ValueError(f"nothing leads to {begins!r} and to {others[0]!r}: a set begins at one step")
        reached = {begins, *_reached(following, begins)}
        if unreached := [name for name in following if name not in reached]:
            raise ValueError(f"nothing leads from {begins!r}, where the set begins, to {unreached[0]!r}")
        if not self.allow_loops and (
            loops := [name for name in following if name in _reached(following, name)]
        ):
            raise ValueError(f"{loops[0]!r} leads back to itself: set allow_loops if that is meant")
        return self

    def _beginnings(self) -> list[str]:
        """The steps that nothing leads to; in a loop, the first."""
        led_to = {name for step in self.data for name in step.following}
        names = [step.objective_name for step in self.data]
        return [name for name in names if name not in led_to] or names[:1]

    def steps(self) -> list[inputs.Objective]:
        """As a conversation takes them: it begins with the first."""
        begins = self._beginnings()[0]
        return [
            inputs.Objective(
                name=step.objective_name,
                prompt=step.objective_prompt,
                manual=step.confirmation_mode == "manual",
                output_variables=tuple(step.output_variables),
                next_conditional=step.next_conditional_objectives,
                next_required=step.next_required_objective,
            )
            for step in sorted(self.data, key=lambda step: step.objective_name != begins)
        ]


def _reached(following: dict[str, list[str]], start: str) -> list[str]:
    """All steps that may come some time after this one."""
    found: list[str] = []
    waiting = [*following[start]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += following[name]
    return found


class GuardrailBody(Body):
    """A guardrail: a resource of its own, or one of a legacy set."""

    guardrail_name: Name
    guardrail_prompt: str = Field(min_length=1, max_length=1000)
    modality: Literal["verbal", "visual", "audio"] = "verbal"
    callback_url: URL = ""
    tags: list[Tag] = Field(default_factory=list, max_length=32)
    app_message: bool = True
    tool_call: dict[str, Any] = Field(default_factory=dict)
    """Kept; no effect yet."""

    def rule(self, uuid: str) -> inputs.Guardrail:
        """As a conversation takes it."""
        return inputs.Guardrail(
            name=self.guardrail_name,
            uuid=uuid,
            prompt=self.guardrail_prompt,
            app_message=self.app_message,
        )


class GuardrailSetBody(Body):
    """A legacy set."""

    name: Name
    data: list[GuardrailBody] = Field(min_length=1, max_length=50)
