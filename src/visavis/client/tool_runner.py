"""Runs tools when a replica calls them, and tells it what came of it."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import structlog
from pydantic_core import PydanticSerializationError, to_jsonable_python

from visavis.client.handlers import Spawn
from visavis.client.tools import Tool, ToolContext, Tools
from visavis.errors import CallEnded, InteractionFailed
from visavis.protocol.events import EventMessage, PerceptionToolCall, ToolCall

if TYPE_CHECKING:
    from visavis.client.base import BaseCall

Status = Literal["success", "error"]

log = structlog.get_logger(__name__)


class ToolRunner:
    """The tools of one call.

    Args:
        tools: what can be called; other names are left to other programs.
        call: where results go.
        seen_as: what the functions are given as ``ToolContext.call``.
        spawn: runs each.

    Attributes:
        running: how many tools run for each inference.
    """

    def __init__(self, tools: Tools, call: BaseCall, seen_as: Any, spawn: Spawn) -> None:
        self.running: Counter[str] = Counter()
        self._tools, self._call, self._seen_as, self._spawn = tools, call, seen_as, spawn

    def is_silent(self, name: str) -> bool:
        """Whether the result of the tool of this name makes nobody speak."""
        tool = self._tools.get(name)
        return tool is not None and tool.is_silent

    def take(self, event: EventMessage) -> None:
        """Take any event; calls of tools that are known are run."""
        if not isinstance(event, ToolCall | PerceptionToolCall):
            return
        tool = self._tools.get(event.properties.name)
        if tool is not None:
            self.running[event.inference_id or ""] += 1
            self._spawn(self._run(tool, event))

    async def _run(self, tool: Tool, event: ToolCall | PerceptionToolCall) -> None:
        asked = event.properties
        inference_id = event.inference_id or ""
        try:
            context = ToolContext(self._seen_as, asked.tool_call_id or "", inference_id)
            output, status = await self._outcome(tool, context, asked.name, asked.arguments)
            if isinstance(event, ToolCall) and tool.is_answered:
                await self._answer(asked.name, asked.tool_call_id, output, status)
        finally:
            self.running[inference_id] -= 1
            self.running += Counter()  # what is at nought goes

    async def _outcome(
        self, tool: Tool, context: ToolContext, name: str, arguments: str | dict[str, Any]
    ) -> tuple[Any, Status]:
        """What is to be told: the result, or what went wrong, in words for the model."""
        try:
            given = tool.signature.read(arguments)
        except ValueError as error:
            log.info("tool called with arguments that do not fit", tool=name)
            return str(error), "error"
        if tool.signature.context_name:
            given[tool.signature.context_name] = context
        try:
            async with asyncio.timeout(tool.timeout) as limit:
                return _told(await _called(tool.function, given)), "success"
        except Exception as error:
            if limit.expired():
                log.warning("tool took too long", tool=name, timeout=tool.timeout)
                return f"{name} took longer than {tool.timeout:g} seconds", "error"
            # Without the error's words: they may be the user's.
            log.warning("tool failed", tool=name, error=type(error).__name__, where=_where(error))
            return str(error) or type(error).__name__, "error"

    async def _answer(self, name: str, tool_call_id: str | None, output: Any, status: Status) -> None:
        try:
            if tool_call_id is None:
                # A server of before tool_result: the context is the way to the model (PROTOCOL 5.1).
                await self._call.append_context(f"{name}: {output}", job_completed=True)
            else:
                await self._call.tool_result(tool_call_id, output, status=status)
        except CallEnded:
            log.info("the call ended before a tool's result", tool=name)
        except InteractionFailed as error:
            log.warning("a tool's result was not taken", tool=name, reason=str(error))


async def _called(function: Any, given: dict[str, Any]) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(**given)
    result = await asyncio.to_thread(function, **given)
    return await result if inspect.isawaitable(result) else result


def _told(result: Any) -> Any:
    if result is None:
        return ""
    try:
        return to_jsonable_python(result)
    except PydanticSerializationError:
        raise TypeError(f"{type(result).__name__} is nothing that JSON can say") from None


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}, line {frames[-1].lineno}" if frames else ""
