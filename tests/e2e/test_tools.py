"""A tool from its creation to the words that its API's answer becomes, and what runs after the call."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.outbound.serving import Received, reply, serving
from visavis.client import Client
from visavis.testing.openai_server import Reply, Request, ScriptedServer, call, say
from visavis.testing.server_process import RunningServer, running_server

ANSWER = {"sky": "clear"}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
REPORT = {"type": "object", "properties": {"summary": {"type": "string"}}, "required": ["summary"]}


async def api(received: Received, _: asyncio.StreamWriter) -> bytes:
    return reply(200, json.dumps(ANSWER).encode())


def model(request: Request) -> Reply:
    """A language model that asks for the weather, says what it was told, and reports in the end."""
    messages = request.body["messages"]
    offered = [tool["function"]["name"] for tool in request.body.get("tools", [])]
    if offered == ["report"]:
        return call("report", json.dumps({"summary": " / ".join(m["content"] for m in messages[1:-1])}))
    results = [message["content"] for message in messages if message["role"] == "tool"]
    if not results:
        assert offered == ["get_weather"]
        return call("get_weather", '{"city": "Rome"}')
    if not offered:
        return say("I am looking.")
    return say(f"It is {json.loads(results[-1])['sky']}.")


def make(server: RunningServer, url: str, **body: Any) -> str:
    tool = {"delivery": {"api": {"url": url, "auth": {"type": "bearer", "token": "tool-secret"}}}, **body}
    answer = server.api("POST", "/tools", json={"description": "It does.", **tool})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["tool_id"])


async def test_the_answer_of_a_tools_api_is_heard_and_a_report_follows_the_call(tmp_path: Path) -> None:
    async with serving(api) as apis, ScriptedServer(answer=model) as llm:
        running = running_server(tmp_path, llm_base_url=llm.base_url, llm_model="scripted", workers=1)
        server = await asyncio.to_thread(running.__enter__)
        try:
            await talk(server, apis.url)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
        weather, report = apis.received
    assert (weather.method, weather.path) == ("GET", "/weather/Rome")
    assert json.loads(report.body) == {"summary": "What is it like outside? / It is clear."}
    assert all(one.headers["authorization"] == "Bearer tool-secret" for one in (weather, report))
    assert "tool-secret" not in server.log.read_text()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("visavis.db*"))
    assert b"tool-secret" not in kept


async def talk(server: RunningServer, apis: str) -> None:
    def prepare() -> str:
        weather = make(server, f"{apis}/weather", name="get_weather", parameters=CITY)
        changes = {
            "on_call": "silent",
            "on_resolve": "generate_response",
            "delivery": {"api": {"url": f"{apis}/weather/{{city}}", "method": "GET"}},
        }
        assert server.api("PATCH", f"/tools/{weather}", json=changes).status_code == 200
        report = make(server, f"{apis}/reports", name="report", parameters=REPORT, trigger_type="post_call")
        persona = server.api("POST", "/pals", json={"pal_name": "Vera", "system_prompt": "Be kind."}).json()
        attached = server.api(
            "POST", f"/pals/{persona['pal_id']}/tools/", json={"tool_ids": [weather, report]}
        )
        assert attached.status_code == 200, attached.text
        return server.create(persona_id=persona["pal_id"])["conversation_id"]

    name = await asyncio.to_thread(prepare)
    async with Client(server.url, api_key=server.key) as client:
        conversation = await client.conversations.get(name)
        async with client.join(conversation) as call:
            heard = await asyncio.wait_for(call.respond("What is it like outside?"), 30)
            assert heard.speech == "It is clear."
    await asyncio.to_thread(server.api, "POST", f"/conversations/{name}/end")
    for _ in range(100):
        row = await asyncio.to_thread(server.api, "GET", f"/conversations/{name}?verbose=true")
        told = [event for event in row.json()["events"] if "post_call" in event["event_type"]]
        if told:
            break
        await asyncio.sleep(0.1)
    assert [event["properties"]["status"] for event in told] == ["success"]
