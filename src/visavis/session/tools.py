"""What clients post for tools (PROTOCOL 2.7), and what a conversation makes of them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from visavis.conversation.toolbox import OnCall, OnResolve
from visavis.outbound.delivery import ApiDelivery, check_declared
from visavis.session.bodies import Body

Origin = Literal["llm", "vision", "audio"]
Trigger = Literal["in_call", "post_call"]

MOST_CHARACTERS = 10_000
"""Of a description and its parameters together."""
RESERVED = "tavus_"
"""What names of parameters must not begin with: the server fills such placeholders in."""
LONGEST_FILLER = 1_000

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Delivery(Body):
    """``delivery``: to the room, or to an API."""

    app_message: bool = False
    api: ApiDelivery | None = None

    @model_validator(mode="after")
    def _one_channel(self) -> Self:
        if self.app_message and self.api is not None:
            raise ValueError("exactly one channel: app_message: true, or api, not both")
        if not self.app_message and self.api is None:
            raise ValueError("exactly one channel: app_message: true, or api")
        return self


class ToolBody(Body):
    """The body of ``POST /v2/tools``, and the whole of a tool after a ``PATCH``."""

    name: Name
    description: str = Field(min_length=1)
    parameters: dict[str, Any] = Field(default_factory=dict)
    delivery: Delivery = Field(default_factory=lambda: Delivery(app_message=True))
    origin: Origin | None = None
    """``llm`` if absent; a tool that runs after the call has none."""
    trigger_type: Trigger = "in_call"
    on_call: OnCall | None = None
    on_resolve: OnResolve = "fire_and_forget"
    static_filler: str | None = Field(None, min_length=1, max_length=LONGEST_FILLER)
    tags: list[Tag] = Field(default_factory=list, max_length=32)
    frames: bool | None = None
    """Whether a call of a tool of origin ``vision`` brings its picture; ours, as of inline tools."""

    @field_validator("parameters")
    @classmethod
    def _is_a_schema_of_an_object(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        if parameters.get("type", "object") != "object":
            raise ValueError("the type must be 'object'")
        properties = parameters.get("properties", {})
        if not isinstance(properties, dict) or not all(isinstance(one, dict) for one in properties.values()):
            raise ValueError("properties must be an object of schemas")
        if reserved := sorted(name for name in properties if name.startswith(RESERVED)):
            raise ValueError(f"names that begin with {RESERVED!r} are reserved: {', '.join(reserved)}")
        return parameters

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        size = len(self.description) + len(json.dumps(self.parameters, sort_keys=True))
        if size > MOST_CHARACTERS:
            raise ValueError(
                f"description and parameters have {size} characters together, {MOST_CHARACTERS} are allowed"
            )
        if self.delivery.api is not None:
            check_declared(self.delivery.api, self.parameters)
        if self.trigger_type == "post_call":
            self._runs_after_the_call()
        elif self.origin in ("vision", "audio"):
            self._fires_and_forgets(f"a tool of origin {self.origin}")
        if self.frames is not None and self.origin != "vision":
            raise ValueError("frames is for tools of origin 'vision'")
        if self.on_call == "static_filler" and not self.static_filler:
            raise ValueError("static_filler is required when on_call is 'static_filler'")
        return self

    def _runs_after_the_call(self) -> None:
        if self.origin is not None:
            raise ValueError("origin must be absent when trigger_type is 'post_call'")
        if self.delivery.api is None:
            raise ValueError("trigger_type 'post_call' needs delivery.api: nobody is in the room any more")
        self._fires_and_forgets("trigger_type 'post_call'")

    def _fires_and_forgets(self, what: str) -> None:
        if self.on_call is not None or self.static_filler is not None:
            raise ValueError(f"{what} must have neither on_call nor static_filler")
        if self.on_resolve != "fire_and_forget":
            raise ValueError(f"on_resolve must be 'fire_and_forget' for {what}")

    @property
    def offered(self) -> bool:
        """Whether the language model may call it."""
        return self.trigger_type == "in_call" and self.origin in (None, "llm")

    @property
    def definition(self) -> dict[str, Any]:
        """As ``Config.tools`` takes it: an OpenAI function, and how it is used beside it."""
        parameters = {"type": "object", "properties": {}, **self.parameters}
        use = {
            "on_call": self.on_call or "generate_filler",
            "static_filler": self.static_filler,
            "on_resolve": self.on_resolve,
        }
        function = {"name": self.name, "description": self.description, "parameters": parameters}
        return {
            "type": "function",
            "function": function,
            **{key: value for key, value in use.items() if value is not None},
        }

    def spec(self, tool_id: str) -> ToolSpec:
        """As a worker takes it."""
        return ToolSpec(
            tool_id=tool_id,
            name=self.name,
            definition=self.definition,
            origin=self.origin or "llm",
            api=self.delivery.api,
            frames=self.frames is not False,
        )


class ToolSpec(BaseModel):
    """A tool of one conversation, secrets included; it never goes into the log of inputs."""

    tool_id: str
    name: str
    definition: dict[str, Any]
    """See ``Config.tools``."""
    origin: Origin = "llm"
    """``vision`` and ``audio`` are the perception layer's; the language model is not offered those."""
    api: ApiDelivery | None = None
    """Where its calls go; None: to the room."""
    frames: bool = True
    """Whether a call of a ``vision`` tool brings its picture."""
