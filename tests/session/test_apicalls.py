"""Tools with an API in a live conversation: a real HTTP server on loopback, and a scripted language model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.outbound.serving import Handler, Received, Server, local_client, reply, serving
from tests.session.scripted import ScriptedLLM
from tests.session.test_live import SPEC, Stage, conversation, message
from visavis.config import Settings
from visavis.conversation.log import replayed_events
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.outbound.calls import RESULT_LIMIT
from visavis.session.apicalls import CUT, Outbound
from visavis.session.tools import ToolBody

CALL = ToolCallDelta("call_1", "weather", '{"city": "Rome"}')
TOKEN = "the-secret-token"
Writer = asyncio.StreamWriter


def spec(url: str, **use: Any) -> Any:
    """A conversation that has the tool ``weather`` with an API there."""
    api = {
        "url": f"{url}/weather/{{city}}",
        "method": "GET",
        "timeout": use.pop("timeout", 10),
        "auth": {"type": "bearer", "token": TOKEN},
    }
    tool = ToolBody.model_validate(
        {
            "name": "weather",
            "description": "The weather.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            "delivery": {"api": api},
            "on_call": "silent",
            "on_resolve": "generate_response",
            **use,
        }
    )
    return SPEC.model_copy(update={"tools": [tool.spec("t1")]})


@asynccontextmanager
async def talk(
    handler: Handler, *scripts: Sequence[Any], **use: Any
) -> AsyncIterator[tuple[Stage, ScriptedLLM, Server]]:
    """The user has asked for the weather in a conversation with a tool for it."""
    llm = ScriptedLLM(*scripts)
    async with (
        serving(handler) as server,
        local_client() as client,
        conversation(llm, spec=spec(server.url, **use), outbound=Outbound(lambda: client)) as stage,
    ):
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Weather in Rome?"))
        yield stage, llm, server


async def sunny(_: Received, __: Writer) -> bytes:
    return reply(200, b'{"sky": "clear"}', content_type="application/json")


async def test_the_answer_of_an_api_is_spoken_about_and_the_log_replays_without_secrets() -> None:
    async with talk(sunny, [CALL], [TextDelta("It is sunny.")]) as (stage, llm, server):
        await until(stage, "conversation.stopped_speaking")
    (received,) = server.received
    assert (received.method, received.path) == ("GET", "/weather/Rome")
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(llm.asked[1][-1]["content"]) == {"sky": "clear"}
    told = [event for _, event in stage.told]
    assert "conversation.tool_call" not in [event["event_type"] for event in told]
    runs = [event["properties"]["state"] for event in told if event["event_type"] == "visavis.tool_run"]
    assert runs == ["called", "succeeded"]
    assert json.dumps([event.wire() for event in replayed_events(stage.log)]) == json.dumps(told)
    assert TOKEN not in "".join(stage.log) and TOKEN not in json.dumps(told)


async def until(stage: Stage, event_type: str) -> None:
    """Play until this was broadcast."""
    for _ in range(1500):
        if any(event["event_type"] == event_type for _, event in stage.told):
            return
        await stage.play(0.02)
    raise AssertionError(f"no {event_type}")


async def said(stage: Stage) -> str:
    """Play until the replica has said something; what that was."""
    await until(stage, "conversation.stopped_speaking")
    return next(
        str(event["properties"]["speech"])
        for _, event in stage.told
        if event["event_type"] == "conversation.utterance" and event["properties"]["role"] == "replica"
    )


@pytest.mark.parametrize("body", [b"Clear skies.", b'"Clear skies."'])
async def test_words_of_an_api_may_be_said_as_they_are(body: bytes) -> None:
    async def speak(_: Received, __: Writer) -> bytes:
        return reply(200, body)

    async with talk(speak, [CALL], on_resolve="response_in_result") as (stage, _, _):
        assert await said(stage) == "Clear skies."


async def test_an_answer_that_was_cut_off_is_not_read_out() -> None:
    forecast = json.dumps({"hours": [{"sky": "clear", "at": hour} for hour in range(10_000)]}).encode()

    async def long(_: Received, __: Writer) -> bytes:
        return reply(200, forecast, content_type="application/json")

    scripts = [CALL], [TextDelta("It stays clear.")]
    async with talk(long, *scripts, on_resolve="response_in_result") as (stage, llm, _):
        assert await said(stage) == "It stays clear."
        told = llm.asked[1][-1]["content"]
    assert told.startswith('{"hours": [{"sky": "clear"') and told.endswith(CUT)
    assert len(told) == RESULT_LIMIT + len(CUT)


async def broken(_: Received, __: Writer) -> bytes:
    return reply(503, b"down for the night")


async def silent(_: Received, __: Writer) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("handler", "told"),
    [(broken, "Error: the server answered 503: down for the night"), (silent, "Error: no complete answer")],
)
async def test_a_failure_is_told_to_the_language_model(handler: Handler, told: str) -> None:
    async with talk(handler, [CALL], [TextDelta("I cannot tell.")], timeout=0.2) as (stage, llm, _):
        assert await said(stage) == "I cannot tell."
        assert llm.asked[1][-1]["content"].startswith(told)


@pytest.mark.parametrize("arguments", ["Rome", "[]", "{}"])
async def test_arguments_that_no_request_can_be_made_of_are_a_failure(arguments: str) -> None:
    call = ToolCallDelta("call_1", "weather", arguments)
    async with talk(sunny, [call], [TextDelta("Where?")]) as (stage, llm, server):
        assert await said(stage) == "Where?"
        assert llm.asked[1][-1]["content"].startswith("Error: ")
        assert not server.received


async def test_an_address_that_is_not_public_is_not_reached_unless_the_operator_allows_it() -> None:
    async with serving(sunny) as server:
        outbound = Outbound.from_settings(Settings(outbound_allow=[]))
        llm = ScriptedLLM([CALL], [TextDelta("I cannot.")])
        async with conversation(llm, spec=spec(server.url), outbound=outbound) as stage:
            stage.room.join().send(message("conversation.respond", text="Weather?"))
            assert await said(stage) == "I cannot."
        await outbound.aclose()
    assert not server.received
    assert server.url not in str(llm.asked)


async def test_a_slow_api_holds_nobody_up_and_its_filler_is_heard_meanwhile() -> None:
    gate = asyncio.Event()

    async def slow(_: Received, __: Writer) -> bytes:
        await gate.wait()
        return reply(200, b'{"sky": "clear"}')

    scripts = [CALL], [TextDelta("I am looking.")], [TextDelta("It is sunny.")]
    async with talk(slow, *scripts, on_call="generate_filler") as (stage, _, _):
        assert await said(stage) == "I am looking."
        gate.set()
        for _ in range(1500):
            if any(event.get("properties", {}).get("speech") == "It is sunny." for _, event in stage.told):
                break
            await stage.play(0.02)
        else:
            raise AssertionError("the answer never came")


async def test_a_call_that_is_out_when_the_conversation_ends_comes_to_its_end() -> None:
    arrived, done = asyncio.Event(), asyncio.Event()

    async def slow(_: Received, __: Writer) -> bytes:
        arrived.set()
        await asyncio.sleep(0.3)
        done.set()
        return reply(200, b"ok")

    async with talk(slow, [CALL], on_resolve="fire_and_forget") as (stage, _, _):
        for _ in range(500):
            await stage.play(0.02)
            if arrived.is_set():
                break
    assert done.is_set()
