"""`visavis talk` as a person runs it, against the real server and a scripted language model."""

import asyncio
import json
import os
import pty
import signal
import sys

import pytest

from visavis.testing.openai_server import ScriptedServer, call, say
from visavis.testing.server_process import running_server

LONG = [f"This is sentence number {n} of a very long story. " for n in range(40)]


def answer(request):
    said = request.body["messages"][-1]["content"]
    if "time" in said:
        return call("now", "{}")
    if "story" in said:
        return say(*LONG)
    return say("Nice ", "to meet ", "you.")


@pytest.fixture
async def server(tmp_path):
    async with ScriptedServer(answer=answer) as llm:
        starting = running_server(tmp_path, llm_base_url=llm.base_url, llm_model="m", workers=1)
        running = await asyncio.to_thread(starting.__enter__)
        try:
            yield running
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)


def talking(server, *options, **streams):
    return asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "visavis.cli",
        "talk",
        "--server",
        server.url,
        *options,
        env={**os.environ, "VISAVIS_API_KEY": server.key},
        **streams,
    )


@pytest.mark.timeout(600)
async def test_a_typed_conversation_is_answered_interrupted_and_ended(server):
    pipe = asyncio.subprocess.PIPE
    await _piped_lines_are_answered(server, pipe)
    await _a_chat_is_answered(server, pipe)
    await _ctrl_c_interrupts_then_quits(server, pipe)
    status = json.loads(server.api("GET", "/conversations?status=active").text)
    assert status["total_count"] == 0


async def _piped_lines_are_answered(server, pipe):
    persona = server.api(
        "POST",
        "/personas",
        json={
            "persona_name": "Ada",
            "system_prompt": "Be brief.",
            "layers": {"llm": {"tools": [{"type": "function", "function": {"name": "now"}}]}},
        },
    ).json()["persona_id"]
    talk = await talking(
        server, "--persona", persona, "--greeting", "Hello!", stdin=pipe, stdout=pipe, stderr=pipe
    )
    out, err = await talk.communicate(b"I am here.\nWhat time is it?\n/echo Good bye.\n")
    assert talk.returncode == 0, err.decode()
    lines = out.decode().splitlines()
    replies = [line for line in lines if line.startswith("Ada: ") and line != "Ada: Hello!"]
    assert replies == ["Ada: Nice to meet you.", "Ada: Good bye."]
    assert (
        lines.index("You: I am here.")
        < lines.index("Ada: Nice to meet you.")
        < lines.index("(calls now({}))")
    )


async def _a_chat_is_answered(server, pipe):
    talk = await talking(server, "--chat", "--greeting", "Hello!", stdin=pipe, stdout=pipe, stderr=pipe)
    out, err = await talk.communicate(b"I am here.\n/echo Good bye.\n")
    assert talk.returncode == 0, err.decode()
    lines = out.decode().splitlines()
    assert "Vera: Hello!" in lines
    assert [line for line in lines if line != "Vera: Hello!"] == [
        "You: I am here.",
        "Vera: Nice to meet you.",
        "Vera: Good bye.",
    ]


async def _ctrl_c_interrupts_then_quits(server, pipe):
    ours, theirs = pty.openpty()
    talk = await talking(server, "--greeting", "", stdin=theirs, stdout=pipe, stderr=pipe)
    os.close(theirs)
    os.write(ours, b"Tell me a story.\n")
    seen = b""
    while b"number 0" not in seen:
        seen += await talk.stdout.read(1000)
    talk.send_signal(signal.SIGINT)
    while b"(interrupted)" not in seen:
        seen += await talk.stdout.read(1000)
    talk.send_signal(signal.SIGINT)
    await talk.communicate()
    os.close(ours)
    assert talk.returncode == 0
    assert b"number 39" not in seen
