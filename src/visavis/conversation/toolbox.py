"""What a conversation's tools are, and how each is used (PROTOCOL 1.4, 2.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

OnCall = Literal["generate_filler", "static_filler", "silent", "passthrough"]
OnResolve = Literal["generate_response", "response_in_result", "add_to_context", "fire_and_forget"]


@dataclass(frozen=True, slots=True)
class Use:
    """How one tool is used.

    Attributes:
        filler: what is said when the LLM calls it without a word; empty for nothing.
        on_resolve: what a result does.
        canvas_config: goes out beside the properties of its ``tool_call``.
    """

    filler: str = ""
    on_resolve: OnResolve = "generate_response"
    canvas_config: dict[str, Any] | None = None


class Toolbox:
    """The tools of a conversation.

    Args:
        tools: OpenAI function definitions, with the keys of ``Config.tools`` beside them.

    Attributes:
        definitions: what the LLM is given.
    """

    def __init__(self, tools: Iterable[dict[str, Any]]) -> None:
        tools = tuple(tools)
        self.definitions: tuple[dict[str, Any], ...] = tuple(_definition(tool) for tool in tools)
        self._uses = {_name(tool): _use(tool) for tool in tools}

    def use(self, name: str) -> Use:
        """How the tool of this name is used; one that nobody defined like any other."""
        return self._uses.get(name, Use())


def _definition(tool: dict[str, Any]) -> dict[str, Any]:
    if "function" not in tool:
        return tool
    return {"type": tool.get("type", "function"), "function": tool["function"]}


def _name(tool: dict[str, Any]) -> str:
    function = tool.get("function")
    return str(function.get("name", "")) if isinstance(function, dict) else ""


def _use(tool: dict[str, Any]) -> Use:
    on_resolve = tool.get("on_resolve")
    canvas_config = tool.get("canvas_config")
    filler = tool.get("static_filler") if tool.get("on_call") == "static_filler" else ""
    return Use(
        filler=filler if isinstance(filler, str) else "",
        on_resolve=cast(OnResolve, on_resolve if on_resolve in get_args(OnResolve) else "generate_response"),
        canvas_config=canvas_config if isinstance(canvas_config, dict) else None,
    )
