"""The arguments of a tool that runs after a call: what is fixed, and what the LLM takes from the dialogue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import LLM, ToolCallDelta
from visavis.protocol.webhooks import TranscriptEntry
from visavis.session.tools import ToolBody

PAUSES = (2.0, 8.0)
"""Seconds between tries, should the model fail or call nothing."""

INSTRUCTIONS = (
    "The conversation that follows is over. You do not take part in it: you call the function {name} once, "
    "and take its arguments from what was said, and from nothing else."
)
REQUEST = "(The conversation is over. Call {name} now.)"

Message = dict[str, Any]


def dialogue(entries: Iterable[TranscriptEntry]) -> list[Message]:
    """Who said what, as chat messages in order; the replica's words as far as they were heard."""
    return [
        {"role": entry.role, "content": entry.content}
        for entry in entries
        if entry.role in ("user", "assistant")
    ]


async def arguments_of(tool: ToolBody, said: Sequence[Message], llm: Callable[[], LLM]) -> dict[str, Any]:
    """A tool's arguments: each ``const`` as it is, all others from the language model.

    Args:
        tool: which.
        said: the dialogue.
        llm: gives a model, to be closed afterwards; asked for only if there is something to fill in.

    Raises:
        InferenceFailed: the model did not give them.
    """
    properties: dict[str, Any] = tool.parameters.get("properties", {})
    fixed = {name: schema["const"] for name, schema in properties.items() if "const" in schema}
    free = {name: schema for name, schema in properties.items() if name not in fixed}
    if not free:
        return fixed
    required = [name for name in tool.parameters.get("required", []) if name in free]
    parameters = {**tool.parameters, "type": "object", "properties": free, "required": required}
    function = {"name": tool.name, "description": tool.description, "parameters": parameters}
    model = llm()
    try:
        filled = await _asked(model, tool.name, {"type": "function", "function": function}, required, said)
    finally:
        await model.aclose()
    return {**{name: value for name, value in filled.items() if name in free}, **fixed}


async def _asked(
    model: LLM, name: str, definition: Message, required: Sequence[str], said: Sequence[Message]
) -> dict[str, Any]:
    messages = [
        {"role": "system", "content": INSTRUCTIONS.format(name=name)},
        *said,
        {"role": "user", "content": REQUEST.format(name=name)},
    ]
    for pause in (*PAUSES, None):
        try:
            return await _call(model, name, definition, required, messages)
        except InferenceFailed:
            if pause is None:
                raise
            await asyncio.sleep(pause)
    raise AssertionError("unreachable")


async def _call(
    model: LLM, name: str, definition: Message, required: Sequence[str], messages: Sequence[Message]
) -> dict[str, Any]:
    async with aclosing(model.stream(messages, [definition])) as deltas:
        async for delta in deltas:
            if isinstance(delta, ToolCallDelta) and delta.name == name:
                return _checked(delta.arguments, required)
    raise InferenceFailed("the model did not call the tool")


def _checked(text: str, required: Sequence[str]) -> dict[str, Any]:
    try:
        arguments = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        raise InferenceFailed("the model's arguments are no JSON") from None
    if not isinstance(arguments, dict):
        raise InferenceFailed("the model's arguments are no JSON object")
    if missing := [name for name in required if name not in arguments]:
        raise InferenceFailed(f"the model left out {', '.join(missing)}")
    return arguments
