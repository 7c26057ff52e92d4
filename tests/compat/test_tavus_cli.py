"""``tavus-cli`` from the package index, unmodified, with visavis as its server and as its ``daily``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.compat.environment import environment
from visavis.testing.server_process import RunningServer

PROGRAM = "tavus-cli==0.11.0"
DEPENDENCIES = (
    *("fastmcp>=2.0.0", "httpx>=0.27.0", "jsonpatch>=1.33", "keyring>=25.0.0"),
    *("pydantic>=2.7.0", "python-dotenv>=1.0.0", "rich>=13.7.0", "typer>=0.12.0"),
)

Tavus = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def tavus(cache: Path, server: RunningServer) -> Tavus:
    """Runs the command with the server's address and key."""
    installed = environment(cache, PROGRAM, DEPENDENCIES)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return installed.run(
            *("tavus", *arguments),
            TAVUS_PUBLIC_API_BASE_URL=f"{server.url}/v2",
            TAVUS_API_KEY=server.key,
            PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
            COLUMNS="200",
        )

    return run


def done(result: subprocess.CompletedProcess[str]) -> str:
    """What it printed, if it went well and had nothing to complain about."""
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


def test_a_chat_of_several_turns(tavus: Tavus, server: RunningServer) -> None:
    started = json.loads(done(tavus("chat", "start", "--pal-id", "p-vera", "--greeting", "Hello there.")))
    name = started["conversation_id"]
    # Each turn joins the room anew and leaves it. What arrives before it speaks it throws away, such as the
    # greeting, so that comes from the log.
    assert done(tavus("chat", "turn", name, "--message", "What can you do?")).strip()
    assert done(tavus("chat", "turn", name, "--message", "And what else?")).strip()
    assert json.loads(done(tavus("chat", "end", name)))["status"] == "ended"
    turns = [
        event["properties"]
        for event in server.api("GET", f"/conversations/{name}/events").json()["data"]
        if event["event_type"] == "conversation.utterance"
    ]
    assert turns[0]["speech"] == "Hello there."
    asked = [turn["speech"] for turn in turns if turn["role"] == "user"]
    assert asked == ["What can you do?", "And what else?"]
    late = tavus("chat", "turn", name, "--message", "Anybody?")
    assert late.returncode == 1
    assert "it has ended" in late.stdout


def test_a_turn_in_a_live_conversation(tavus: Tavus) -> None:
    created = json.loads(done(tavus("conversation", "create", "--pal-id", "p-vera")))
    answer = done(tavus("chat", "turn", created["conversation_id"], "--message", "Who are you?"))
    assert answer.strip()
    done(tavus("conversation", "end", created["conversation_id"]))


def test_what_a_builder_keeps_and_changes(tavus: Tavus, tmp_path: Path) -> None:
    """Each change as the program sends it: ``replace`` of what is not set, ``add`` of what is."""

    def told(*arguments: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(done(tavus(*arguments)))
        return answer

    document = told("document", "create", "--url", "https://example.org/a.pdf", "--tag", "x")
    rules = {"name": "D", "rules": [{"text": "SQL", "pronunciation": "sequel", "type": "alias"}]}
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    dictionary = told("pronunciation-dictionary", "create", "--file", str(tmp_path / "rules.json"))
    guardrail = told("guardrail", "create", "--name", "Rude", "--prompt", "Never.", "--tag", "tone")
    changed = told("guardrail", "patch", guardrail["uuid"], "--prompt", "Never ever.")
    assert changed["guardrail_prompt"] == "Never ever."
    pal = told("pal", "create", "--system-prompt", "Be kind.", "--guardrail-id", guardrail["uuid"])["pal_id"]
    told("pal", "knowledge", "add", pal, "--document-id", document["document_id"])
    told("pal", "patch", pal, "--path", "/greeting", "--value", "Hello.")
    tts = {"pronunciation_dictionary_id": dictionary["pronunciation_dictionary_id"]}
    told("pal", "patch", pal, "--op", "add", "--path", "/layers/tts", "--value", json.dumps(tts))
    read = told("pal", "get", pal)
    assert (read["greeting"], read["document_ids"]) == ("Hello.", [document["document_id"]])
    assert read["layers"]["tts"] == tts and read["default_face_id"] == ""
    assert "Agentic" in done(tavus("pal", "list"))
    for kind, name in (
        ("pal", pal),
        ("guardrail", guardrail["uuid"]),
        ("pronunciation-dictionary", dictionary["uuid"]),
    ):
        done(tavus(kind, "delete", name))


def test_tools_and_skills_of_a_pal(tavus: Tavus, tmp_path: Path, server: RunningServer) -> None:
    def file(**body: object) -> str:
        path = tmp_path / "body.json"
        path.write_text(json.dumps(body))
        return str(path)

    example = json.loads(done(tavus("tool", "example", "--delivery", "http")))
    example["delivery"]["api"]["auth"] = {"type": "bearer", "token": "secret"}
    made = json.loads(done(tavus("tool", "create", "--file", file(**example))))
    tool_id = made["tool_id"]
    assert made["delivery"]["api"]["auth"]["token"] == "********"
    changed = json.loads(done(tavus("tool", "patch", tool_id, "--file", file(description="Weather, now."))))
    assert changed["description"] == "Weather, now."
    listed = json.loads(done(tavus("tool", "list", "--json")))
    assert [one["tool_id"] for one in listed["data"]] == [tool_id]
    pal = server.api("POST", "/pals", json={"system_prompt": "Be kind."}).json()["pal_id"]
    assert tool_id in done(tavus("pal", "tools", "attach", pal, tool_id))
    assert tool_id in done(tavus("pal", "tools", "list", pal))
    done(tavus("pal", "tools", "detach", pal, tool_id))
    done(tavus("tool", "delete", tool_id))
    assert "does nothing with it yet" in done(tavus("skill", "get", "memory"))
