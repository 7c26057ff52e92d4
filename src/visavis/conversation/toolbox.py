"""What a conversation's tools are, and how each is used (PROTOCOL 1.4, 2.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

OnCall = Literal["generate_filler", "static_filler", "silent", "passthrough"]
OnResolve = Literal["generate_response", "response_in_result", "add_to_context", "fire_and_forget"]

SAY_FIRST = "Before you call {names}, say in one short sentence that you are about to."
SAY_NOTHING = "When you call {names}, call without saying anything."


@dataclass(frozen=True, slots=True)
class Use:
    """How one tool is used.

    Attributes:
        on_call: what is said while a result is awaited, where the LLM calls without a word.
        filler: the words of a ``static_filler``; empty for none.
        on_resolve: what a result does.
        canvas_config: goes out beside the properties of its ``tool_call``.
        api: the session calls it; clients are not asked to.
    """

    on_call: OnCall = "passthrough"
    filler: str = ""
    on_resolve: OnResolve = "generate_response"
    canvas_config: dict[str, Any] | None = None
    api: bool = False

    @property
    def awaited(self) -> bool:
        """Whether a result is waited for."""
        return self.on_resolve != "fire_and_forget"


class Toolbox:
    """The tools of a conversation.

    Args:
        tools: OpenAI function definitions, with the keys of ``Config.tools`` beside them.
        api: names of those that the session calls.

    Attributes:
        definitions: what the LLM is given.
        instructions: what it is told about them, in its system message.
    """

    def __init__(self, tools: Iterable[dict[str, Any]], api: Iterable[str] = ()) -> None:
        tools, api = tuple(tools), frozenset(api)
        self.definitions: tuple[dict[str, Any], ...] = tuple(_definition(tool) for tool in tools)
        self._uses = {_name(tool): _use(tool, _name(tool) in api) for tool in tools}
        self.instructions = "\n".join(
            text.format(names=", ".join(names))
            for text, on_call in ((SAY_FIRST, "generate_filler"), (SAY_NOTHING, "silent"))
            if (names := [name for name, use in self._uses.items() if use.on_call == on_call and use.awaited])
        )

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


def _use(tool: dict[str, Any], api: bool) -> Use:
    on_call, on_resolve = tool.get("on_call"), tool.get("on_resolve")
    canvas_config = tool.get("canvas_config")
    filler = tool.get("static_filler") if on_call == "static_filler" else ""
    return Use(
        on_call=cast(OnCall, on_call if on_call in get_args(OnCall) else "passthrough"),
        filler=filler if isinstance(filler, str) else "",
        on_resolve=cast(OnResolve, on_resolve if on_resolve in get_args(OnResolve) else "generate_response"),
        canvas_config=canvas_config if isinstance(canvas_config, dict) else None,
        api=api,
    )
