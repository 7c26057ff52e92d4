"""``layers.perception`` of a persona (PROTOCOL 4), with the spellings of older clients."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

LONGEST = 10_000
"""Characters of a query, of a prompt that says when to call tools, and of a tool's description.

The hosted service names this limit on one page and 1,000 on another; the larger refuses nobody wrongly.
"""
MOST_QUERIES, MOST_TOOLS = 50, 100
"""Of one kind."""

EmotionRecognition = Literal["full", "limited", "off"]
"""How much of what may be taken for a mood is told (docs/perception.md has the table)."""
LEVELS: tuple[EmotionRecognition, ...] = ("off", "limited", "full")
"""Each tells what the one before tells, and more."""

Text = Annotated[str, Field(max_length=LONGEST)]


def _asking(text: str) -> str:
    if not text.strip():
        raise ValueError("a query must ask something")
    return text


Query = Annotated[str, Field(max_length=LONGEST), AfterValidator(_asking)]
Queries = Annotated[list[Query], Field(max_length=MOST_QUERIES)]


class ToolFunction(BaseModel):
    """What a tool is called, when to call it, and its parameters as JSON Schema."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    description: Text = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


class PerceptionTool(BaseModel):
    """A tool in OpenAI's shape. What else a client sends in it is kept."""

    model_config = ConfigDict(extra="allow")

    type: Literal["function"] = "function"
    function: ToolFunction
    frames: bool = True
    """Whether a call brings the picture that caused it."""


Tools = Annotated[list[PerceptionTool], Field(max_length=MOST_TOOLS)]


class PerceptionLayer(BaseModel):
    """The settings; unknown ones are let pass, and null means absent.

    Of several spellings of a field the newest one that is not empty counts.
    """

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    perception_model: str = Field(
        "raven-1", max_length=100, validation_alias=AliasChoices("perception_model", "perception_model_name")
    )
    """Any name stands for the server's own engine; ``off`` looks at nobody and hears no tone of voice."""
    visual_awareness_queries: Queries = Field(
        default_factory=list,
        validation_alias=AliasChoices("visual_awareness_queries", "ambient_awareness_queries"),
    )
    audio_awareness_queries: Queries = Field(default_factory=list)
    perception_analysis_queries: Queries = Field(default_factory=list)
    """Answered once, at the end."""
    visual_tool_prompt: Text = Field(
        "", validation_alias=AliasChoices("visual_tool_prompt", "perception_tool_prompt", "tool_prompt")
    )
    visual_tools: Tools = Field(
        default_factory=list, validation_alias=AliasChoices("visual_tools", "perception_tools")
    )
    audio_tool_prompt: Text = ""
    audio_tools: Tools = Field(default_factory=list)
    base_url: str = Field("", pattern=r"^(https?://.+)?$")
    """Our extension, with the next five: an OpenAI-compatible endpoint with a vision-language model."""
    api_key: str = ""
    model: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    extra_body: dict[str, Any] = Field(default_factory=dict)
    default_query: dict[str, Any] = Field(default_factory=dict)
    emotion_recognition: Literal["auto", "full", "limited", "off"] = "auto"
    """``limited``: movements only (a smile, closed eyes), nothing about moods, and no tone of voice in words;
    ``off``: neither. Who is there, where they look and how the scene is lit stays. ``auto``: as the
    conversation's policy has it.
    """

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        said = {key: value for key, value in data.items() if value is not None}
        for field in cls.model_fields.values():
            if isinstance(field.validation_alias, AliasChoices):
                names = [str(name) for name in field.validation_alias.choices if name in said]
                empty = [name for name in names if said[name] in ("", [])]
                for name in empty if len(empty) < len(names) else ():
                    del said[name]
        return said

    @field_validator("visual_tools", "audio_tools", mode="before")
    @classmethod
    def _functions_may_lie_bare(cls, tools: Any) -> Any:
        """``{"name": …, "parameters": …}`` without the wrapping, as older clients send it."""
        if not isinstance(tools, list):
            return tools
        return [
            {"type": "function", "function": tool}
            if isinstance(tool, dict) and "function" not in tool and "name" in tool
            else tool
            for tool in tools
        ]

    @field_validator("emotion_recognition", mode="before")
    @classmethod
    def _a_switch_will_do(cls, value: Any) -> Any:
        return {True: "full", False: "off"}[value] if isinstance(value, bool) else value

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        for field, tools in (("visual_tools", self.visual_tools), ("audio_tools", self.audio_tools)):
            names = [tool.function.name for tool in tools]
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{field}: more than one tool is called {', '.join(twice)}")
        return self

    @property
    def unknown(self) -> list[str]:
        """Fields that are said and stand for nothing here, such as misspelt ones."""
        return [name for name, value in (self.model_extra or {}).items() if value not in ("", [], {})]

    @property
    def on(self) -> bool:
        """Whether anything is perceived at all."""
        return self.perception_model.strip().lower() != "off"

    def asked_emotions(self, policy: str = "") -> EmotionRecognition:
        """What the persona asks for under a conversation's ``policy``; ``eu`` limits who does not say."""
        if self.emotion_recognition != "auto":
            return self.emotion_recognition
        return "limited" if policy == "eu" else "full"


def allowed(asked: EmotionRecognition, most: EmotionRecognition) -> EmotionRecognition:
    """What comes of what a persona asks for on a server that allows so much."""
    return min(asked, most, key=LEVELS.index)
