"""``tavus-cli``, unmodified, with visavis as its server and as its ``daily``: calls, and what is refused."""

from __future__ import annotations

import re

import pytest

from tests.compat.tavus import Tavus
from visavis.testing.server_process import RunningServer


def words(text: str) -> list[str]:
    """Without where the program broke its lines."""
    return re.findall(r"\w+", text)


def test_the_doctor_reaches_the_server_with_its_key_alone(tavus: Tavus, server: RunningServer) -> None:
    report = tavus.shown("doctor")
    assert f"{server.url}/v2" in report
    assert "Network check passed." in report
    assert tavus.refused("doctor", key="wrong").endswith("GET /pals failed with 401")


def test_faces(tavus: Tavus) -> None:
    assert tavus.row("r-drawn-vera", "face", "list") == ["r-drawn-vera", "Vera", "completed", "drawn"]
    listed = tavus.told("face", "list", "--stock", "--json")
    assert [face["face_id"] for face in listed["data"]] == ["r-drawn-vera"]


def said(server: RunningServer, conversation_id: str) -> list[tuple[str, list[str]]]:
    """Who said what, from the log."""
    events = server.api("GET", f"/conversations/{conversation_id}/events").json()["data"]
    spoken = [event["properties"] for event in events if event["event_type"] == "conversation.utterance"]
    return [(one["role"], words(one["speech"])) for one in spoken]


def test_a_chat_of_several_turns(tavus: Tavus, server: RunningServer) -> None:
    pal = server.api("POST", "/pals", json={"system_prompt": "Be brief."}).json()["pal_id"]
    name = tavus.told("chat", "start", "--pal-id", pal)["conversation_id"]
    # Each turn joins the room anew and leaves it.
    first, second = (
        words(tavus.shown("chat", "turn", name, "--message", message))
        for message in ("What can you do?", "And what else?")
    )
    assert tavus.told("chat", "end", name)["status"] == "ended"
    assert said(server, name) == [
        ("user", ["What", "can", "you", "do"]),
        ("replica", first),
        ("user", ["And", "what", "else"]),
        ("replica", second),
    ]
    assert first and second
    late = tavus.run("chat", "turn", name, "--message", "Anybody?")
    assert late.returncode == 1
    assert "it has ended" in late.stdout


def test_a_greeting_comes_first(tavus: Tavus, server: RunningServer) -> None:
    started = tavus.told("chat", "start", "--pal-id", "p-vera", "--greeting", "Hello there.")
    # The program throws away what came before it spoke, such as the greeting.
    answer = words(tavus.shown("chat", "turn", started["conversation_id"], "--message", "Who are you?"))
    assert said(server, started["conversation_id"]) == [
        ("replica", ["Hello", "there"]),
        ("user", ["Who", "are", "you"]),
        ("replica", answer),
    ]


def test_a_turn_in_a_live_conversation(tavus: Tavus, server: RunningServer) -> None:
    made = tavus.told(
        "conversation", "create", "--pal-id", "p-vera", "--face-id", "r-drawn-vera", "--name", "N"
    )
    path = f"/conversations/{made['conversation_id']}"
    read = server.api("GET", path).json()
    assert [read[field] for field in ("persona_id", "replica_id", "conversation_name", "status")] == [
        *("p-vera", "r-drawn-vera", "N", "active")
    ]
    answer = tavus.shown("chat", "turn", made["conversation_id"], "--message", "Who are you?")
    assert answer.strip()
    assert tavus.told("conversation", "end", made["conversation_id"])["status"] == "ended"
    assert server.api("GET", path).json()["status"] == "ended"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("builder", "list"), "GET /builder"),
        (("pal", "build", "--prompt", "A greeter.", "--json"), "POST /builder"),
        (("deployment", "list"), "GET /deployments"),
    ],
    ids=["builder", "pal build", "deployment"],
)
def test_the_maker_of_pals_is_not_here(
    tavus: Tavus, server: RunningServer, command: tuple[str, ...], path: str
) -> None:
    assert tavus.refused(*command) == f"Tavus API {path} failed with 404"
    method, _, route = path.partition(" ")
    answer = server.api(method, route)
    assert answer.json() == {"message": "Not Found", "error": "Not Found"}
