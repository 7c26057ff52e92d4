"""Runs the tools with the trigger ``post_call`` once a conversation is over (PROTOCOL 2.7, 3)."""

from __future__ import annotations

import asyncio
import functools
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from visavis.errors import InferenceFailed, OutboundRefused
from visavis.layers.llm.base import LLM
from visavis.logs import short
from visavis.outbound.calls import CallContext, ToolResponse, build_request
from visavis.outbound.delivery import ApiDelivery
from visavis.protocol.webhooks import PostCallActionExecuted, PostCallActionProperties
from visavis.server.postarguments import arguments_of, dialogue
from visavis.server.records.recorder import Recorder
from visavis.server.records.transcripts import words_of
from visavis.server.resources import sealing, tools
from visavis.server.specs import llm_spec
from visavis.server.store import Conversation, Resource, Store
from visavis.server.store.webhooks import NewWebhook
from visavis.server.vault import Vault
from visavis.server.views import iso
from visavis.session.apicalls import Outbound
from visavis.session.bodies import LLMLayer
from visavis.session.spec import LLMSpec
from visavis.session.tools import ToolBody

POST_CALL = "post_call"
"""The kind of ``store.Resource`` that holds what is still to be run after a conversation."""
AT_A_TIME = 4
LLM_PATIENCE = 120.0
"""Seconds to wait for a default model that is still loading."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What it takes to run them.

    Attributes:
        default_llm: the server's own; None while it is not ready.
        make_llm: an adapter for an endpoint.
        outbound: the way to the tools' APIs.
    """

    store: Store
    vault: Vault
    recorder: Recorder
    default_llm: Callable[[], LLMSpec | None]
    make_llm: Callable[[LLMSpec], LLM]
    outbound: Outbound


class PostCall:
    """Knows which conversations have such tools, also after a restart, and runs each tool once."""

    def __init__(self, means: Means) -> None:
        self._with = means
        self._stopping = False
        self._store = means.store
        self._ended = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._gate = asyncio.Semaphore(AT_A_TIME)
        means.recorder.on_ended.append(lambda _: self._ended.set())

    async def expect(
        self, conversation_id: str, persona: Resource, found: Sequence[tuple[str, ToolBody]]
    ) -> None:
        """Remember the tools of a conversation that is about to begin, as they are now."""
        if not found:
            return
        document = {
            "conversation_id": conversation_id,
            "tools": [
                {
                    "tool_id": tool_id,
                    "document": sealing.sealed(tools.document_of(tool), self._with.vault),
                }
                for tool_id, tool in found
            ],
            "layers": {"llm": (persona.document.get("layers") or {}).get("llm") or {}},
        }
        await self._store.resources.add(Resource(id=_id(conversation_id), kind=POST_CALL, document=document))

    async def forget(self, conversation_id: str) -> None:
        """The conversation did not come about, or is to be removed."""
        if task := self._running.get(_id(conversation_id)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._store.resources.delete(_id(conversation_id), POST_CALL)

    async def run(self) -> None:
        """Look after them until ``stop``; what is not done then is done after the next start."""
        self._ended.set()  # a server before this one may have left some
        try:
            while True:
                await self._ended.wait()
                self._ended.clear()
                if self._stopping:
                    return
                try:
                    await self._with.recorder.flush()
                    await self._begin()
                except Exception as error:
                    log.error("post-call tools could not be looked up", exc_info=error)
        finally:
            running = list(self._running.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def stop(self) -> None:
        """Come to an end, though not in the middle of a look into the database."""
        self._stopping = True
        self._ended.set()

    async def _begin(self) -> None:
        for row in await self._store.resources.all(POST_CALL):
            if row.id in self._running:
                continue
            conversation = await self._store.conversations.get(row.document["conversation_id"])
            if conversation is None:  # it was deleted
                await self._store.resources.delete(row.id, POST_CALL)
            elif conversation.status == "ended":
                task = asyncio.create_task(self._after(conversation, row))
                self._running[row.id] = task
                task.add_done_callback(functools.partial(self._over, row.id))

    def _over(self, name: str, _: asyncio.Task[None]) -> None:
        self._running.pop(name, None)

    async def _after(self, conversation: Conversation, row: Resource) -> None:
        try:
            async with self._gate:
                await self._run_all(conversation, row)
                await self._store.resources.delete(row.id, POST_CALL)
        except Exception as error:
            log.error("post-call tools failed", conversation=short(conversation.id), exc_info=error)

    async def _run_all(self, conversation: Conversation, row: Resource) -> None:
        said = dialogue(await words_of(self._store, conversation))
        if not any(message["role"] == "user" for message in said):
            log.info("post-call tools need a dialogue: there was none", conversation=short(conversation.id))
            return
        for kept in row.document["tools"]:
            tool = tools.checked(sealing.opened(kept["document"], self._with.vault))
            if kept.get("sent"):
                properties = _failed(kept["tool_id"], tool, "the server was stopped while the tool ran")
            else:
                properties = await self._run(conversation, row, kept["tool_id"], tool, said)
            log.info(
                "post-call tool",
                conversation=short(conversation.id),
                tool=tool.name,
                status=properties.status,
            )
            await self._tell(conversation, properties)
            await self._mark(row, kept["tool_id"], done=True)

    async def _run(
        self,
        conversation: Conversation,
        row: Resource,
        tool_id: str,
        tool: ToolBody,
        said: Sequence[dict[str, Any]],
    ) -> PostCallActionProperties:
        api = tool.delivery.api
        assert api is not None, "a post-call tool has an API"
        context = CallContext(conversation.id, f"call_{secrets.token_hex(8)}", tool.name)
        try:
            spec = await self._llm(row)
            arguments = await arguments_of(tool, said, lambda: self._with.make_llm(spec))
        except InferenceFailed as error:
            return _failed(tool_id, tool, str(error))
        # What a tool does may have been done: should the server stop now, it is not done again.
        await self._mark(row, tool_id, done=False)
        response = await self._with.outbound.deliver(api, arguments, context)
        return _result(tool_id, tool, _body(api, arguments, context), response)

    async def _llm(self, row: Resource) -> LLMSpec:
        layers = sealing.opened({"layers": row.document["layers"]}, self._with.vault)["layers"]
        layer = LLMLayer.model_validate(layers["llm"])
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LLM_PATIENCE
        while not layer.base_url and self._with.default_llm() is None:
            if loop.time() > deadline:
                raise InferenceFailed("the language model is not ready")
            await asyncio.sleep(1)
        return llm_spec(layer, self._with.default_llm())

    async def _tell(self, conversation: Conversation, properties: PostCallActionProperties) -> None:
        message = PostCallActionExecuted(
            conversation_id=conversation.id,
            webhook_url=conversation.callback_url,
            timestamp=iso(datetime.now(UTC)),
            properties=properties,
        )
        body = message.wire()
        webhook = NewWebhook(conversation.id, conversation.callback_url, message.event_type, body)
        await self._store.conversations.tell(
            conversation.id, body, [webhook] if conversation.callback_url else []
        )

    async def _mark(self, row: Resource, tool_id: str, *, done: bool) -> None:
        """Keep that a tool was sent, or strike it off."""

        def edit(document: dict[str, Any]) -> dict[str, Any]:
            marked = [
                {**kept, "sent": True} if kept["tool_id"] == tool_id else kept
                for kept in document["tools"]
                if not (done and kept["tool_id"] == tool_id)
            ]
            return {**document, "tools": marked}

        await self._store.resources.change(row.id, POST_CALL, edit)


def _id(conversation_id: str) -> str:
    return f"a{conversation_id}"


def _body(api: ApiDelivery, arguments: dict[str, Any], context: CallContext) -> str:
    """What was sent, as JSON text; the arguments where a request has no body."""
    try:
        body = build_request(api, arguments, context).body
    except OutboundRefused:
        body = b""
    return body.decode(errors="replace") or json.dumps(arguments, ensure_ascii=False)


def _failed(tool_id: str, tool: ToolBody, reason: str) -> PostCallActionProperties:
    return PostCallActionProperties(
        tool_id=tool_id, tool_name=tool.name, status="error", request={"body": ""}, error=reason
    )


def _result(tool_id: str, tool: ToolBody, body: str, response: ToolResponse) -> PostCallActionProperties:
    more = {} if response.error is None else {"error": response.error}
    return PostCallActionProperties(
        tool_id=tool_id,
        tool_name=tool.name,
        status="success" if response.error is None else "error",
        request={"body": body},
        response={"status_code": response.status, "body": response.text},
        **more,
    )
