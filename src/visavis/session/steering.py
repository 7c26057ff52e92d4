"""What clients post for objectives and guardrails (PROTOCOL 2.5, 2.6), and what conversations make of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

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

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        if self.next_conditional_objectives and self.next_required_objective:
            raise ValueError("next_conditional_objectives and next_required_objective exclude each other")
        return self


class ObjectivesBody(Body):
    """The body of ``POST /v2/objectives``."""

    data: list[ObjectiveBody] = Field(min_length=1, max_length=50)
    name: str = Field("", max_length=100)

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        names = [step.objective_name for step in self.data]
        if len(set(names)) < len(names):
            raise ValueError("objective_name must be unique in the set")
        for step in self.data:
            following = [*step.next_conditional_objectives, step.next_required_objective]
            if unknown := [name for name in following if name and name not in names]:
                raise ValueError(f"{step.objective_name} leads to {unknown[0]!r}, which is not in the set")
        return self

    def steps(self) -> list[inputs.Objective]:
        """As a conversation takes them."""
        return [
            inputs.Objective(
                name=step.objective_name,
                prompt=step.objective_prompt,
                manual=step.confirmation_mode == "manual",
                output_variables=tuple(step.output_variables),
                next_conditional=step.next_conditional_objectives,
                next_required=step.next_required_objective,
            )
            for step in self.data
        ]


class GuardrailBody(Body):
    """A guardrail: a resource of its own, or one of a legacy set."""

    guardrail_name: Name
    guardrail_prompt: str = Field(min_length=1, max_length=1000)
    modality: Literal["verbal", "visual"] = "verbal"
    callback_url: URL = ""
    tags: list[Tag] = Field(default_factory=list, max_length=32)
    app_message: bool = True

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
