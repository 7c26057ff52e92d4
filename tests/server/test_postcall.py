"""Tools that run once a conversation is over: a real database, an API and a model over loopback."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.outbound.serving import Received, reply, serving
from tests.server.conftest import Api, RunServer
from tests.server.test_tools import persona
from visavis.server.store.models import Webhook
from visavis.testing.openai_server import Hold, Reply, ScriptedServer, call, say

EVENT = "application.post_call_action_executed"
CALLBACK = "https://hooks.example/tavus"
PARAMETERS = {
    "type": "object",
    "properties": {
        "channel": {"type": "string", "const": "C42"},
        "summary": {"type": "string", "description": "What was said."},
    },
    "required": ["channel", "summary"],
}
FILLED = call("post_summary", '{"summary": "They said hello.", "channel": "C666"}')


async def accepting(_: Received, __: asyncio.StreamWriter) -> bytes:
    return reply(201, b'{"ok": true}')


async def refusing(_: Received, __: asyncio.StreamWriter) -> bytes:
    return reply(500, b"no room")


async def begin(api: Api, url: str, llm_url: str, *words: str, **body: Any) -> str:
    """A conversation with a tool for its end, in which a user said these words."""
    tool = {
        "name": "post_summary",
        "description": "Post a summary.",
        "parameters": PARAMETERS,
        "trigger_type": "post_call",
        "delivery": {"api": {"url": f"{url}/summaries", "auth": {"type": "bearer", "token": "tool-secret"}}},
    }
    made = await api.http.post("/v2/tools", json=tool)
    assert made.status_code == 200, made.text
    layer = {"base_url": llm_url, "model": "scripted", "api_key": "llm-secret"}
    name = await persona(api, tool_ids=[made.json()["tool_id"]], layers={"llm": layer})
    conversation_id = str((await api.create(persona_id=name, **body))["conversation_id"])
    for text in words:
        await say_in(api, conversation_id, text)
    return conversation_id


async def say_in(api: Api, conversation_id: str, text: str) -> None:
    message = {"event_type": "conversation.respond", "properties": {"text": text}}
    answer = await api.http.post("/v2/interactions", json={"conversation_id": conversation_id, **message})
    assert answer.status_code == 200, answer.text


async def end(api: Api, conversation_id: str) -> None:
    await api.http.post(f"/v2/conversations/{conversation_id}/end")


async def executed(api: Api, conversation_id: str) -> dict[str, Any]:
    """What the conversation tells of the tool, once it does."""
    for _ in range(200):
        row = (await api.http.get(f"/v2/conversations/{conversation_id}?verbose=true")).json()
        for event in row["events"]:
            if event["event_type"] == EVENT:
                return dict(event)
        await asyncio.sleep(0.02)
    raise AssertionError("the tool was not run")


async def nothing_left(api: Api) -> None:
    for _ in range(100):
        if not await api.store.resources.all("post_call"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it is still to be run")


async def webhooks(api: Api) -> list[Webhook]:
    rows, _ = await api.store.webhooks.page(10, 0)
    return [row for row in rows if row.event_type == EVENT]


async def test_a_tool_runs_once_with_what_the_model_took_from_the_dialogue(api: Api) -> None:
    async with serving(accepting) as server, ScriptedServer([FILLED]) as llm:
        name = await begin(api, server.url, llm.base_url, "Hello there.", callback_url=CALLBACK)
        assert not api.held(name)[1].spec.config().tools, "the model of the call cannot call it"
        await end(api, name)
        told = await executed(api, name)
        await nothing_left(api)
        (received,) = server.received
        asked = llm.requests[0]
    body = {"summary": "They said hello.", "channel": "C42"}
    assert json.loads(received.body) == body
    assert received.headers["authorization"] == "Bearer tool-secret"
    properties = told["properties"]
    assert (properties["tool_name"], properties["status"]) == ("post_summary", "success")
    assert json.loads(properties["request"]["body"]) == body
    assert properties["response"] == {"status_code": 201, "body": '{"ok": true}'}
    assert "secret" not in json.dumps(told)
    (webhook,) = await webhooks(api)
    assert (webhook.url, json.loads(webhook.body)) == (CALLBACK, told)
    assert asked.headers["authorization"] == "Bearer llm-secret"
    assert asked.body["messages"][1] == {"role": "user", "content": "Hello there."}
    (offered,) = asked.body["tools"]
    assert set(offered["function"]["parameters"]["properties"]) == {"summary"}, (
        "what is fixed is not asked for"
    )


async def test_what_was_to_be_sent_is_told_also_where_it_was_refused(api: Api) -> None:
    async with serving(refusing) as server, ScriptedServer([FILLED]) as llm:
        name = await begin(api, server.url, llm.base_url, "Hello there.")
        await end(api, name)
        properties = (await executed(api, name))["properties"]
        await nothing_left(api)
        assert len(server.received) == 1, "it is not sent twice"
    assert (properties["status"], properties["error"]) == ("error", "the server answered 500")
    assert json.loads(properties["request"]["body"])["channel"] == "C42"
    assert not await webhooks(api), "nobody asked for one"


async def test_without_a_dialogue_nothing_runs(api: Api) -> None:
    async with serving(accepting) as server, ScriptedServer([FILLED]) as llm:
        name = await begin(api, server.url, llm.base_url)
        await end(api, name)
        await nothing_left(api)
        assert not server.received and not llm.requests


async def test_a_model_that_gives_no_arguments_is_told_and_nothing_is_sent(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.server.postarguments.PAUSES", (0.0,))
    async with serving(accepting) as server, ScriptedServer([say("No."), say("Never.")]) as llm:
        name = await begin(api, server.url, llm.base_url, "Hello there.")
        await end(api, name)
        properties = (await executed(api, name))["properties"]
        assert len(llm.requests) == 2
        assert not server.received
    assert (properties["status"], properties["error"]) == ("error", "the model did not call the tool")


async def test_a_restart_loses_no_tool_and_sends_none_twice(run_server: RunServer) -> None:
    gate = asyncio.Event()

    async def slow(_: Received, __: asyncio.StreamWriter) -> bytes:
        gate.set()
        await asyncio.sleep(60)
        return reply()

    waiting = Reply((Hold(),))
    async with serving(slow) as server, ScriptedServer([waiting, FILLED]) as llm:
        async with run_server() as first:
            name = await begin(first, server.url, llm.base_url, "Hello there.")
            await end(first, name)
            await llm.wait_until(lambda server: bool(server.requests))
        assert not server.received
        async with run_server():
            await asyncio.wait_for(gate.wait(), 5)
        async with run_server() as third:
            properties = (await executed(third, name))["properties"]
            await nothing_left(third)
        assert len(server.received) == 1
    assert (properties["status"], properties["error"]) == (
        "error",
        "the server was stopped while the tool ran",
    )
