"""The suite's parts that no server is needed for: its language model, its eye for webhooks and histories."""

from __future__ import annotations

import json
from typing import Any

import pytest

from visavis.protocol.specification import webhook_examples
from visavis.testing.conformance import llm
from visavis.testing.conformance.hooks.talking import check_history
from visavis.testing.conformance.hooks.webhooks import ANSWER, QUESTION, check_webhook
from visavis.testing.conformance.session import Unmet
from visavis.testing.openai_server import Request

SYSTEM = {"role": "system", "content": "You are being tested."}
TONE = "<user_audio_analysis>calm,\nfriendly</user_audio_analysis>"


def asked(*messages: dict[str, Any]) -> str:
    """What the suite's language model answers, as text; a call as its name and arguments."""
    reply = llm.answer(Request("POST", "/v1/chat/completions", {}, {}, {"messages": [SYSTEM, *messages]}))
    text = ""
    for piece in reply.pieces:
        assert isinstance(piece, bytes)
        if piece.startswith(b"data: {"):
            delta = json.loads(piece[6:])["choices"][0]["delta"]
            text += delta.get("content") or ""
            for call in delta.get("tool_calls", []):
                text += call["function"].get("name", "") + call["function"].get("arguments", "")
    return text.strip()


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


@pytest.mark.parametrize(
    "content",
    [
        "say hello",
        "Something else.\nsay hello",
        f"{TONE} say hello",
        f"<user_visual_analysis>a hat</user_visual_analysis>{TONE}\nsay hello",
        [{"type": "text", "text": "say hello"}],
        [{"type": "text", "text": f"{TONE} "}, {"type": "text", "text": "say hello"}],
        [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "say hello"}],
    ],
)
def test_a_users_words_are_found_however_they_are_wrapped(content: Any) -> None:
    assert asked(user(content)) == "hello"


def test_what_follows_the_words_is_not_taken_for_them() -> None:
    appearance = {"role": "system", "content": "<user_appearance>a hat</user_appearance>"}
    assert asked(user("say hello"), appearance) == "hello"
    assert asked(user("say hello"), {"role": "assistant", "content": "hello"}, appearance).startswith(
        "I speak"
    )


@pytest.mark.parametrize("content", ["", None, [], "<b>say no</b"])
def test_words_that_are_none_are_answered_too(content: Any) -> None:
    assert asked(user(content)).startswith("You said")


def test_what_was_said_before_is_found_and_the_question_is_not() -> None:
    assert asked(user("The code is 4711."), user("find 4711")) == "4711 is known."
    assert asked(user([{"type": "text", "text": "4711"}]), user("find 4711")) == "4711 is known."
    assert asked(user("find 4711")) == "4711 is news to me."


def test_calls_have_ids_of_their_own() -> None:
    made = [
        llm.answer(Request("POST", "/", {}, {}, {"messages": [user('call look {"a": 1}')]})) for _ in "ab"
    ]
    ids = {
        json.loads(reply.pieces[0][6:])["choices"][0]["delta"]["tool_calls"][0]["id"]  # type: ignore[index]
        for reply in made
    }
    assert len(ids) == 2
    assert asked(user('call look {"a": 1}')) == 'look{"a": 1}'


WORDS = [f"word{number}" for number in range(1, 60)]
ASKED = f"say {' '.join(WORDS)}"


def told(known: int, note: str = "system: (You were interrupted here.) | ") -> str:
    heard = " ".join(WORDS[:known])
    return f"system: You are being tested. | user: {ASKED} | assistant: {heard} | {note}user: {llm.TELL}"


def test_a_history_that_ends_where_it_was_cut_is_right() -> None:
    check_history(told(10), ASKED, " ".join(WORDS[:10]))
    check_history(told(10, note="(cut off) | "), ASKED, " ".join(WORDS[:10]))


@pytest.mark.parametrize(
    ("known", "heard", "note", "problem"),
    [
        (59, 10, "system: cut | ", "goes on to word59"),
        (13, 10, "system: cut | ", "goes on to word13"),
        (1, 10, "system: cut | ", "1 of the 10"),
        (0, 10, "system: cut | ", "0 of the 10"),
        (10, 10, "", "not told"),
        (10, 10, "system: | ", "not told"),
        (59, 59, "", "to its end"),
    ],
)
def test_a_history_with_more_or_less_is_wrong(known: int, heard: int, note: str, problem: str) -> None:
    with pytest.raises(Unmet, match=problem):
        check_history(told(known, note), ASKED, " ".join(WORDS[:heard]))


def posted(event_type: str, /, **more: Any) -> dict[str, Any]:
    body = json.loads(json.dumps(webhook_examples()[event_type][0])) | {"webhook_url": "http://hook"} | more
    if event_type == "application.transcription_ready":
        body["properties"].setdefault("replica_id", "r90bbd427f71")
        body["properties"]["transcript"][0]["content"] = QUESTION
        body["properties"]["transcript"][1]["content"] = f"Well, {ANSWER}."
    return dict(body)


def check(body: dict[str, Any]) -> None:
    check_webhook(body, "c123456", "http://hook", "r90bbd427f71")


@pytest.mark.parametrize(
    "event_type", ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
)
def test_a_webhook_as_documented_is_right(event_type: str) -> None:
    check(posted(event_type))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (posted("system.shutdown", properties={"replica_id": "r90bbd427f71"}), "shutdown_reason"),
        (posted("system.shutdown", properties={"shutdown_reason": "x"}), "replica_id"),
        (posted("system.shutdown", message_type="application"), "message_type"),
        (posted("system.shutdown", conversation_id="c2"), "conversation_id is 'c2'"),
        (posted("system.shutdown", webhook_url="http://other"), "webhook_url is 'http://other'"),
        (posted("system.shutdown", timestamp=1746000000.1), "timestamp"),
        (posted("system.shutdown", timestamp="yesterday"), "timestamp"),
        (posted("system.replica_joined", properties={"replica_id": "r2"}), "replica_id is not"),
        (posted("system.replica_joined", properties={}), "replica_id"),
        (posted("system.replica_joined", event_type="system.dance"), "tag"),
    ],
)
def test_a_webhook_that_is_not_as_documented_is_wrong(body: dict[str, Any], problem: str) -> None:
    with pytest.raises(Unmet, match=problem):
        check(body)


@pytest.mark.parametrize(
    ("transcript", "problem"),
    [
        ([], "of the user"),
        ([{"role": "user", "content": QUESTION}], "of the assistant"),
        ([{"role": "user", "content": QUESTION}, {"role": "replica", "content": ANSWER}], "role"),
        ([{"role": "user"}], "content"),
        ([{"role": "user", "content": QUESTION, "timestamp": "noon"}], "timestamp"),
        ("user: hello", "transcript"),
    ],
)
def test_a_transcript_must_have_what_was_said(transcript: Any, problem: str) -> None:
    body = posted("application.transcription_ready")
    body["properties"]["transcript"] = transcript
    with pytest.raises(Unmet, match=problem):
        check(body)
