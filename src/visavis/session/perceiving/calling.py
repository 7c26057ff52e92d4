"""Calls tools of perception: everybody in the room is told, and an API where there is one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import structlog

from visavis.conversation.inputs import Input, LayerTold
from visavis.layers.perception.asked import Modality, Tool
from visavis.protocol.events import PerceptionToolCall, PerceptionToolCallProperties
from visavis.session.engines import Lane
from visavis.session.perceiving.calls import on_the_wire
from visavis.session.perceiving.pictures import Attachments, jpeg

log = structlog.get_logger(__name__)


class ToolApis(Protocol):
    """Calls the APIs of tools."""

    def notify(self, origin: Modality, call_id: str, name: str, arguments: dict[str, Any]) -> None:
        """Call and forget."""
        ...


class Calling:
    """The tools of one conversation.

    Args:
        lane: where pictures are made small.
        elapsed: seconds since the conversation began.
        feed: takes the calls.
        apis: calls tools that have an API.

    Attributes:
        attachments: the picture of the call that is being told.
    """

    def __init__(
        self, lane: Lane, elapsed: Callable[[], float], feed: Callable[[Input], None], apis: ToolApis
    ) -> None:
        self.attachments = Attachments()
        self._lane, self._elapsed, self._feed, self._apis = lane, elapsed, feed, apis
        self._showing: dict[asyncio.Task[None], Callable[[], None]] = {}

    def call(self, tool: Tool, arguments: dict[str, Any], frame: Any | None) -> None:
        """Call a tool.

        Args:
            tool: which.
            arguments: for its parameters.
            frame: the ``av.VideoFrame`` that goes with it; None: none does.
        """
        call_id = str(uuid.uuid4())
        if frame is None:
            self._tell(call_id, tool, arguments)
        else:
            task = asyncio.get_running_loop().create_task(self._show(call_id, tool, arguments, frame))
            self._showing[task] = lambda: self._tell(call_id, tool, arguments)
            task.add_done_callback(lambda _: self._showing.pop(task, None))
        if tool.api:
            self._apis.notify(tool.modality, call_id, tool.name, arguments)

    def conclude(self) -> None:
        """The call ends: what was called is told now, without the pictures that are not ready."""
        for task, tell in list(self._showing.items()):
            if task.done():
                continue  # it has been told
            task.cancel()
            tell()
        self._showing.clear()

    async def aclose(self) -> None:
        """Tell of no call any more."""
        tasks = list(self._showing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, call_id: str, tool: Tool, arguments: dict[str, Any], frame: Any) -> None:
        try:
            picture = await self._lane(jpeg, frame)
        except Exception:
            log.exception("a tool's call goes without its picture", tool=tool.name)
            picture = None
        with self.attachments.showing(picture):
            self._tell(call_id, tool, arguments)

    def _tell(self, call_id: str, tool: Tool, arguments: dict[str, Any]) -> None:
        properties = PerceptionToolCallProperties(
            modality=tool.modality,
            name=tool.name,
            arguments=on_the_wire(tool, arguments),
            tool_call_id=call_id,
        )
        self._feed(LayerTold(at=self._elapsed(), event=PerceptionToolCall(properties=properties)))
