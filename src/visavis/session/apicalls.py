"""Calls the APIs of tools, off the core, and feeds it what they answer (PROTOCOL 2.7 ``delivery.api``)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Self

import structlog

from visavis.config import Settings
from visavis.conversation.effects import CallTool
from visavis.conversation.inputs import Input, ToolAnswered
from visavis.layers.perception.asked import Modality
from visavis.outbound.calls import CallContext, ToolResponse, deliver
from visavis.outbound.client import GuardedClient
from visavis.outbound.delivery import ApiDelivery
from visavis.outbound.tokens import Tokens
from visavis.session.spec import ConversationSpec

FAREWELL = 3.0
"""Seconds that calls have to come to an end when the conversation has."""
LONGEST_FAULT = 1_000
"""Characters of an error's body that the LLM is told."""
CUT = "\n(The answer is longer; the rest is left out.)"
"""What the LLM is told behind the beginning of an answer; nobody wants to hear half of one as it is."""

log = structlog.get_logger(__name__)


class Outbound:
    """The way out of one process: a guarded client, and the access tokens it was given.

    Args:
        make: the client, which is made when it is needed first: it reads all certificate authorities.
    """

    def __init__(self, make: Callable[[], GuardedClient]) -> None:
        self._make = make
        self._way: tuple[GuardedClient, Tokens] | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """One that goes where the settings let it."""
        return cls(lambda: GuardedClient.from_settings(settings))

    def ready(self) -> Self:
        """Itself, with its client made; some milliseconds."""
        self._open()
        return self

    async def deliver(
        self, delivery: ApiDelivery, arguments: Mapping[str, Any], context: CallContext
    ) -> ToolResponse:
        """Send a call and wait for the answer; never raises for what the other side does."""
        client, tokens = self._open()
        return await deliver(client, tokens, delivery, arguments, context)

    async def check(self, url: str) -> None:
        """Say now whether calls will be sent there.

        Raises:
            OutboundRefused: they will not.
        """
        client, _ = self._open()
        await client.check(url, https_only=True)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._way is not None:
            await self._way[0].aclose()

    def _open(self) -> tuple[GuardedClient, Tokens]:
        if self._way is None:
            client = self._make()
            self._way = client, Tokens(client)
        return self._way


class ApiCalls:
    """Owns the calls of one conversation.

    Args:
        spec: whose tools.
        outbound: None: every call fails.
        elapsed: seconds since the conversation began.
        feed: takes the inputs.
    """

    def __init__(
        self,
        spec: ConversationSpec,
        outbound: Outbound | None,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
    ) -> None:
        self._conversation_id = spec.conversation_id
        self._apis = {tool.name: tool.api for tool in spec.offered_tools if tool.api is not None}
        self._perceived = {
            (tool.origin, tool.name): tool.api
            for tool in spec.tools
            if tool.origin != "llm" and tool.api is not None
        }
        self._outbound, self._elapsed, self._feed = outbound, elapsed, feed
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, call: CallTool) -> None:
        """Call; the answer is fed to the core."""
        self._hold(self._call(call), call.name)

    def notify(self, origin: Modality, call_id: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Call the API of a tool of perception; whatever it answers, nothing comes of it."""
        self._hold(self._notify(origin, call_id, name, arguments), name)

    async def aclose(self) -> None:
        """Let what is out come to an end, for a while: what a tool does is seldom undone by hanging up."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=FAREWELL)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            log.warning("calls of tools were cut off by the end of the conversation", count=len(late))

    def _hold(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"tool-{name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, origin: Modality, call_id: str, name: str, arguments: Mapping[str, Any]) -> None:
        api = self._perceived.get((origin, name))
        if api is None or self._outbound is None:
            log.error("a tool's call cannot be made here", tool=name)
            return
        try:
            response = await self._outbound.deliver(
                api, arguments, CallContext(self._conversation_id, call_id, name)
            )
        except Exception:
            log.exception("a tool's call failed", tool=name)
            return
        if response.error is not None:
            log.warning("a tool's API failed", tool=name, reason=response.error, ms=response.milliseconds)
        else:
            log.info("a tool's API answered", tool=name, status=response.status, ms=response.milliseconds)

    async def _call(self, call: CallTool) -> None:
        try:
            answered = await self._answer(call)
        except Exception as error:
            log.exception("a tool's call failed", tool=call.name)
            answered = self._failed(call, type(error).__name__)
        self._feed(answered)

    async def _answer(self, call: CallTool) -> ToolAnswered:
        arguments = _arguments(call.arguments)
        if arguments is None:
            return self._failed(call, "the arguments are no JSON object")
        api = self._apis.get(call.name)
        if api is None or self._outbound is None:
            log.error("a tool's call cannot be made here", tool=call.name)
            return self._failed(call, "the tool cannot be called here")
        context = CallContext(self._conversation_id, call.call_id, call.name)
        response = await self._outbound.deliver(api, arguments, context)
        if response.error is not None:
            log.warning(
                "a tool's API failed", tool=call.name, reason=response.error, ms=response.milliseconds
            )
            body = response.text.strip()[:LONGEST_FAULT]
            return self._failed(call, f"{response.error}: {body}" if body else response.error)
        log.info("a tool's API answered", tool=call.name, status=response.status, ms=response.milliseconds)
        output, spoken = (response.text + CUT, False) if response.truncated else _said(response.text)
        at = self._elapsed()
        return ToolAnswered(at=at, call_id=call.call_id, output=output, spoken=spoken, name=call.name)

    def _failed(self, call: CallTool, reason: str) -> ToolAnswered:
        at = self._elapsed()
        return ToolAnswered(at=at, call_id=call.call_id, output=reason, failed=True, name=call.name)


def _arguments(text: str) -> dict[str, Any] | None:
    """What the LLM wrote; nothing at all means no arguments."""
    try:
        decoded = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def _said(text: str) -> tuple[str, bool]:
    """An answer's text, and whether it is for people: plain text, or a JSON string."""
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return text, True
    return (decoded, True) if isinstance(decoded, str) else (text, False)
