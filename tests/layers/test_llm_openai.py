import asyncio
import json
from contextlib import aclosing

import pytest

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.llm.openai import OpenAICompatible, Patience
from visavis.session.spec import LLMSpec
from visavis.testing.openai_server import (
    DONE,
    BreakOff,
    Hold,
    Reply,
    ScriptedServer,
    call,
    delta,
    refuse,
    say,
)

TOOL = {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}
HELLO = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


def adapter(server, patience=None, **fields):
    spec = {"base_url": server.base_url, "api_key": "key-1", "model": "m", **fields}
    return OpenAICompatible(LLMSpec(**spec), patience)


async def ask(llm, messages=HELLO, tools=()):
    try:
        async with aclosing(llm.stream(messages, tools)) as stream:
            return [delta async for delta in stream]
    finally:
        await llm.aclose()


def text_of(deltas):
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


async def failure(*replies, **options):
    async with ScriptedServer(replies) as server:
        with pytest.raises(InferenceFailed) as raised:
            await ask(adapter(server, **options))
        return str(raised.value), server


async def test_text_comes_as_it_is_streamed():
    async with ScriptedServer([say("Hel", "lo", " there.")]) as server:
        assert await ask(adapter(server)) == [TextDelta("Hel"), TextDelta("lo"), TextDelta(" there.")]


async def test_the_request_is_openai_s_with_the_persona_s_additions():
    async with ScriptedServer([say("Hi")]) as server:
        llm = adapter(
            server,
            headers={"x-team": "blue"},
            extra_body={"temperature": 0.2, "stream": False},
            default_query={"api-version": "2026-01", "debug": True},
        )
        await ask(llm, tools=[TOOL])
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.query == {"api-version": "2026-01", "debug": "true"}
    assert request.headers["authorization"] == "Bearer key-1"
    assert request.headers["x-team"] == "blue"
    assert request.body == {
        "model": "m",
        "messages": HELLO,
        "stream": True,
        "tools": [TOOL],
        "temperature": 0.2,
    }


async def test_without_a_key_and_tools_neither_is_sent():
    async with ScriptedServer([say("Hi")]) as server:
        await ask(adapter(server, api_key=""))
        (request,) = server.requests
    assert "authorization" not in request.headers
    assert "tools" not in request.body


async def test_nothing_is_taken_from_openai_s_environment_variables(monkeypatch):
    async with ScriptedServer([say("Hi")]) as server, ScriptedServer() as other:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-from-environment")
        monkeypatch.setenv("OPENAI_BASE_URL", other.base_url)
        monkeypatch.setenv("OPENAI_ORG_ID", "org-from-environment")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-from: environment")
        await ask(adapter(server, api_key=""))
        assert not other.requests
        assert "environment" not in json.dumps(server.requests[0].headers)


async def test_loopback_is_never_asked_through_a_proxy(monkeypatch):
    async with ScriptedServer([say("Hi")]) as server, ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        assert text_of(await ask(adapter(server))) == "Hi"
        assert not proxy.requests


async def test_a_plain_text_stream_without_ids_or_finish_reason_is_taken():
    chunk = b'data: {"choices":[{"delta":{"content":"%s"}}]}\n\n'
    pieces = (chunk % b"Over the ", chunk % b"sea.", DONE)
    async with ScriptedServer([Reply(pieces, content_type="text/plain")]) as server:
        assert text_of(await ask(adapter(server))) == "Over the sea."


async def test_a_server_that_does_not_stream_is_understood():
    body = json.dumps({"choices": [{"message": {"content": "All at once."}, "finish_reason": "stop"}]})
    async with ScriptedServer([Reply((body.encode(),), content_type="application/json")]) as server:
        assert text_of(await ask(adapter(server))) == "All at once."


async def test_a_tool_call_comes_whole():
    async with ScriptedServer([call("now", '{"zone": "UTC"}')]) as server:
        assert await ask(adapter(server), tools=[TOOL]) == [ToolCallDelta("call_1", "now", '{"zone": "UTC"}')]


async def test_events_cut_anywhere_in_their_bytes_are_put_together():
    stream = delta(content="Grüße, ") + delta(content="你好") + DONE
    async with ScriptedServer([Reply(tuple(bytes([byte]) for byte in stream))]) as server:
        assert text_of(await ask(adapter(server))) == "Grüße, 你好"


async def test_a_stream_that_breaks_off_fails():
    reason, server = await failure(Reply((delta(content="I was about to"), BreakOff())))
    assert "broke off" in reason
    assert len(server.requests) == 1


async def test_a_stream_that_ends_early_without_saying_so_fails():
    reason, _ = await failure(Reply((delta(content="I was about to"),)))
    assert "broke off" in reason


async def test_a_break_after_the_finish_reason_is_no_failure():
    async with ScriptedServer([Reply((delta(content="Done."), delta("stop"), BreakOff()))]) as server:
        assert text_of(await ask(adapter(server))) == "Done."


async def test_a_complete_answer_whose_connection_stays_open_ends():
    async with ScriptedServer([Reply((delta(content="Done."), DONE, Hold()))]) as server:
        assert text_of(await ask(adapter(server))) == "Done."


async def test_a_connection_lost_before_the_first_token_is_tried_once_more():
    async with ScriptedServer([Reply((BreakOff(),)), say("Here I am.")]) as server:
        assert text_of(await ask(adapter(server))) == "Here I am."
    reason, server = await failure(Reply((BreakOff(),)), Reply((BreakOff(),)), say("Too late."))
    assert "could not be reached" in reason
    assert len(server.requests) == 2


async def test_nobody_listening_fails():
    async with ScriptedServer() as server:
        pass
    with pytest.raises(InferenceFailed, match="could not be reached"):
        await ask(adapter(server))


@pytest.mark.parametrize("base_url", ["", "llm", "http://[::1", "ftp://llm.example.com"])
async def test_a_base_url_that_is_none_fails(base_url):
    with pytest.raises(InferenceFailed, match="base_url is not an HTTP URL"):
        await ask(OpenAICompatible(LLMSpec(base_url=base_url, model="m")))


async def test_a_refusal_names_status_and_kind_but_neither_key_nor_prompt():
    reason, server = await failure(
        refuse(401, message="Incorrect API key key-1 for 'Hello'", code="invalid_api_key")
    )
    assert "401" in reason and "invalid_api_key" in reason
    assert "key-1" not in reason and "Hello" not in reason
    assert len(server.requests) == 1


async def test_a_refusal_in_another_form_names_the_status():
    reason, _ = await failure(Reply((b"<html>Bad gateway key-1</html>",), 502, "text/html"))
    assert "502" in reason and "key-1" not in reason
    reason, _ = await failure(refuse(400, code="sk-0123456789"))
    assert "sk-0123456789" not in reason


async def test_no_first_token_fails_even_while_comments_come():
    reason, server = await failure(
        Reply((b": ping\n\n", Hold())), patience=Patience(first_token=0.05, next_token=60)
    )
    assert "no answer within 0.05 s" in reason
    assert len(server.requests) == 1


async def test_silence_between_tokens_fails():
    reason, _ = await failure(
        Reply((delta(content="Well, "), Hold())), patience=Patience(first_token=60, next_token=0.05)
    )
    assert "broke off: nothing came for 0.05 s" in reason


async def test_closing_the_iterator_hangs_up():
    async with ScriptedServer([Reply((delta(content="Once "), Hold(), DONE))]) as server:
        llm = adapter(server)
        async with aclosing(llm.stream(HELLO, [])) as stream:
            assert await anext(stream) == TextDelta("Once ")
        async with asyncio.timeout(10):
            await server.wait_until(lambda server: server.hung_up == 1)
        await llm.aclose()


async def test_cancelling_the_task_hangs_up():
    async with ScriptedServer([Reply((Hold(), DONE))]) as server:
        task = asyncio.create_task(ask(adapter(server)))
        async with asyncio.timeout(10):
            await server.wait_until(lambda server: bool(server.requests))
            task.cancel()
            await server.wait_until(lambda server: server.hung_up == 1)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_inferences_run_at_the_same_time():
    held = Reply((delta(content="slow"), Hold(), delta("stop"), DONE))
    async with ScriptedServer([held, say("quick")]) as server:
        llm = adapter(server)
        async with aclosing(llm.stream(HELLO, [])) as slow:
            await anext(slow)
            async with aclosing(llm.stream(HELLO, [])) as quick:
                assert text_of([delta async for delta in quick]) == "quick"
            server.release()
            assert [delta async for delta in slow] == []
        await llm.aclose()


def talk(turns):
    said = [{"role": ("user", "assistant")[n % 2], "content": f"line {n}"} for n in range(turns)]
    return [{"role": "system", "content": "Be brief."}, *said]


async def test_a_history_beyond_the_context_is_sent_again_without_its_oldest_part():
    too_long = refuse(400, message="exceeds the context", type="exceed_context_size_error")
    async with ScriptedServer([too_long, say("Yes."), say("And yes.")]) as server:
        llm = adapter(server)
        async with aclosing(llm.stream(talk(41), [])) as stream:
            assert text_of([delta async for delta in stream]) == "Yes."
        await ask(llm, talk(43))
        first, second, third = (request.body["messages"] for request in server.requests)
    assert first == talk(41)
    assert second[0]["role"] == "system" and second[1]["role"] == "user" and second[-1] == first[-1]
    assert 3 <= len(second) < 10
    # What was left out stays out, so that the endpoint's prompt cache still fits.
    assert third == [*second, *talk(43)[-2:]]


async def test_a_prompt_that_cannot_be_shortened_fails():
    too_long = refuse(400, message="maximum context length is 10 tokens", code="context_length_exceeded")
    reason, server = await failure(too_long, too_long)
    assert "longer than the model's context" in reason
    assert len(server.requests) == 1


async def test_half_a_surrogate_pair_does_not_break_the_request():
    async with ScriptedServer([say("Hm?")]) as server:
        assert text_of(await ask(adapter(server), [{"role": "user", "content": "\ud83d!"}])) == "Hm?"
        assert server.requests[0].body["messages"][0]["content"] == "?!"


async def test_messages_may_hold_pictures_also_when_the_oldest_are_left_out():
    url = "data:image/jpeg;base64,/9j/2Q=="
    shown = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": url}}]
    older = {"role": "user", "content": shown}
    newest = {"role": "user", "content": [*shown, {"type": "text", "text": "And now?"}]}
    too_long = refuse(400, code="context_length_exceeded")
    async with ScriptedServer([too_long, say("A cat.")]) as server:
        assert text_of(await ask(adapter(server), [HELLO[0], older, newest])) == "A cat."
        first, second = (request.body["messages"] for request in server.requests)
    assert (first, second) == ([HELLO[0], older, newest], [HELLO[0], newest])
    reason, _ = await failure(too_long, too_long)
    assert "longer than the model's context" in reason
