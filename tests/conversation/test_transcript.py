"""Transcripts from what real conversations broadcast (PROTOCOL 3)."""

from __future__ import annotations

import json

import pytest

from tests.conversation.driving import Driven, wires
from visavis.conversation import inputs as happens
from visavis.conversation.transcript import transcript
from visavis.protocol.webhooks import TranscriptEntry
from visavis.testing import ScriptedConversation

BOOK = happens.ToolCallRequest("t1", "book", "{}")
EPOCH = 1_746_000_000.0


def of(call: Driven) -> list[TranscriptEntry]:
    return transcript(wires(call.all_effects), map(json.loads, call.log), start=EPOCH)


def said(entries: list[TranscriptEntry]) -> list[tuple[str, str]]:
    return [(entry.role, entry.content) for entry in entries]


def test_a_spoken_exchange_has_its_times() -> None:
    call = Driven()
    call.now = 3.0
    call.begins()
    call.now = 4.5
    call.pauses(silence=0.5)
    call.now = 5.0
    call.begins()
    call.now = 6.0
    call.pauses(silence=0.25)
    call.ends_turn("Hi there.")
    call.now = 7.0
    call.voices(call.writes(1, "Hello you."))
    call.plays(1, 0.5)
    call.plays(1, 1.0)
    user, reply = of(call)
    assert user.model_dump(exclude_unset=True) == {
        "role": "user",
        "content": "Hi there.",
        "timestamp": EPOCH + 3.0,
        "seconds_from_start": 3.0,
        "duration": 1.75,
    }
    assert reply.model_dump(exclude_unset=True) == {
        "role": "assistant",
        "content": "Hello you.",
        "timestamp": EPOCH + 7.0,
        "seconds_from_start": 7.0,
        "duration": 1.0,
        "inference_id": reply.inference_id,
    }
    ids = [wire["inference_id"] for wire in wires(call.all_effects) if "utterance" in wire["event_type"]]
    assert {reply.inference_id} == set(ids)


def test_an_interrupted_reply_holds_the_words_that_were_heard() -> None:
    call = Driven()
    call.speaks(1.1)
    call.ask("interrupt")
    call.falls_silent(1, 1.25)
    (entry,) = of(call)
    assert (entry.content, entry.duration) == ("One two", 1.25)


def test_what_was_cut_before_its_first_word_was_heard_leaves_nothing() -> None:
    call = Driven()
    call.speaks(0.2)
    call.ask("interrupt")
    call.falls_silent(1, 0.3)
    assert of(call) == []


def test_a_call_whose_process_was_killed_keeps_what_was_heard_until_then() -> None:
    call = Driven()
    call.says("Count.")
    call.voices(call.writes(1, "One two three four."))
    for tenth in range(1, 13):
        call.plays(1, tenth / 10)
    user, reply = of(call)  # and no end of it was ever told
    assert (user.content, reply.content) == ("Count.", "One two")
    assert reply.duration is not None and 0.5 <= reply.duration <= 1.2


def test_overlapping_speech_stands_in_the_order_in_which_it_began() -> None:
    call = Driven()
    call.join("bob")
    call.begins("ann")
    call.now = 1.0
    call.begins("bob")
    call.now = 2.0
    call.voices(call.ask("echo", text="One moment.", who=None))
    call.plays(1, 0.1)
    call.now = 3.0
    call.plays(1, 1.0)
    call.ends_turn("Begun last.", "bob")
    call.ends_turn("Begun first.", "ann")
    expected = [("user", "Begun first."), ("user", "Begun last."), ("assistant", "One moment.")]
    assert said(of(call)) == expected
    assert [entry.duration for entry in of(call)] == [3.0, 2.0, 1.0]


def test_noises_and_typed_turns_have_no_speech() -> None:
    call = Driven()
    call.begins()
    call.now = 1.0
    call.ends_turn("")
    call.now = 2.0
    call.ask("respond", text="Typed.")
    (entry,) = of(call)
    assert (entry.content, entry.seconds_from_start, entry.duration) == ("Typed.", 2.0, 0.0)


@pytest.mark.parametrize("dialect", ["union", "2026-06", "pal"])
def test_two_who_speak_at_once_have_their_own_times(dialect: str) -> None:
    call = Driven(dialect=dialect, speculative_inference=True)
    call.join("bob")
    call.now = 1.0
    call.begins("ann")
    call.now = 2.0
    call.begins("bob")
    call.now = 3.0
    call.pauses("ann", silence=0.0)
    call.hears("From Ann.", "ann")
    call.now = 4.0
    call.ends_turn("From Ann.", "ann")
    call.now = 5.0
    call.pauses("bob", silence=0.0)
    call.hears("From Bob.", "bob")
    call.now = 6.0
    call.ends_turn("From Bob.", "bob")
    assert [(entry.content, entry.seconds_from_start, entry.duration) for entry in of(call)] == [
        ("From Ann.", 1.0, 2.0),
        ("From Bob.", 2.0, 3.0),
    ]


def test_results_of_tools_are_entries_once_and_errors_say_so() -> None:
    call = Driven(tools=({"type": "function", "function": {"name": "look"}},))
    call.says("What is the weather?")
    call.calls(1, ("t1", "look", "{}"), ("t2", "look", "{}"))
    call.finishes(1)
    call.now = 4.0
    call.ask("tool_result", tool_call_id="t1", output={"sky": "blue"})
    call.ask("tool_result", tool_call_id="t1", output="again")
    call.ask("tool_result", tool_call_id="unknown", output="never asked for")
    call.ask("tool_result", tool_call_id="t2", output="no eyes", status="error")
    tools = [entry for entry in of(call) if entry.role == "tool"]
    assert [entry.content for entry in tools] == ['{"sky": "blue"}', "Error: no eyes"]
    assert tools[0].seconds_from_start == 4.0
    events_alone = transcript(wires(call.all_effects))
    assert said(events_alone) == [("user", "What is the weather?")], "without a log the rest is still there"


def test_results_that_nobody_waits_for_are_no_entries() -> None:
    tool = {"type": "function", "function": {"name": "look"}, "on_resolve": "fire_and_forget"}
    call = Driven(tools=(tool,))
    call.says("Look.")
    call.calls(1, ("t1", "look", "{}"))
    call.finishes(1)
    call.ask("tool_result", tool_call_id="t1", output="ignored by the core, too")
    assert said(of(call)) == [("user", "Look.")]


def test_a_client_that_answers_for_an_api_is_not_believed() -> None:
    call = Driven(tools=({"type": "function", "function": {"name": "book"}},), api_tools=("book",))
    call.says("A table, please.")
    call.feed(happens.InferenceToolCalls(at=call.now, generation=1, calls=(BOOK,)))
    call.ask("tool_result", tool_call_id="t1", output="Free of charge.")
    call.feed(happens.ToolAnswered(at=call.now, call_id="t1", output="Table 4."))
    assert ("tool", "Table 4.") in said(of(call))
    assert "Free" not in str(said(of(call)))


@pytest.mark.parametrize(("on_resolve", "kept"), [("add_to_context", 1), ("fire_and_forget", 0)])
@pytest.mark.parametrize("dialect", ["union", "seed"])
def test_results_of_apis_are_there_in_dialects_that_do_not_tell_of_them(
    dialect: str, on_resolve: str, kept: int
) -> None:
    tool = {"type": "function", "function": {"name": "book"}, "on_resolve": on_resolve}
    call = Driven(tools=(tool,), api_tools=("book",), dialect=dialect)
    call.says("A table, please.")
    call.feed(happens.InferenceToolCalls(at=call.now, generation=1, calls=(BOOK,)))
    call.feed(happens.ToolAnswered(at=call.now, call_id="t1", name="book", output="Table 4."))
    assert [entry.content for entry in of(call) if entry.role == "tool"] == ["Table 4."] * kept


def test_the_server_s_own_calls_of_tools_have_entries_too() -> None:
    """As the log of inputs and ``visavis.tool_run`` tell them."""
    run = {"name": "look", "tool_call_id": "t1", "state": "called", "on_resolve": "generate_response"}
    events = [{"event_type": "visavis.tool_run", "properties": run}]
    inputs = [
        {"type": "Started", "at": 0.0, "epoch": EPOCH, "config": {"tools": []}},
        {"type": "ToolAnswered", "at": 2.0, "call_id": "t1", "output": "Blue.", "failed": False},
        {"type": "ToolAnswered", "at": 3.0, "call_id": "t1", "output": "Again.", "failed": False},
    ]
    (entry,) = transcript(events, inputs, start=EPOCH)
    assert (entry.role, entry.content, entry.seconds_from_start) == ("tool", "Blue.", 2.0)


def test_a_whole_call_with_greeting_echo_and_interruption() -> None:
    talk = ScriptedConversation(
        llm=["Of course. One two three four five six seven eight nine ten."],
        custom_greeting="Welcome.",
    )
    try:
        talk.run_until_idle()
        talk.says("Count to ten.")
        talk.run_until_heard("three")
        talk.interrupt()
        talk.run_until_idle()
        talk.echo("Goodbye.")
        talk.run_until_idle()
        entries = transcript(event.wire() for event in talk.events)
        roles = [entry.role for entry in entries]
        assert roles == ["assistant", "user", "assistant", "assistant"]
        assert [entry.content for entry in entries if entry.role == "assistant"] == talk.heard
        assert (entries[0].content, entries[-1].content) == ("Welcome.", "Goodbye.")
        assert entries[2].content.endswith("three")
    finally:
        talk.close()


def test_a_chat_is_what_was_written() -> None:
    talk = ScriptedConversation(llm=["Fine, thanks."], chat=True)
    try:
        talk.ask("How are you?")
        entries = transcript(event.wire() for event in talk.events)
        assert said(entries) == [("user", "How are you?"), ("assistant", "Fine, thanks.")]
        assert [entry.duration for entry in entries] == [0.0, 0.0]
    finally:
        talk.close()


@pytest.mark.parametrize("dialect", ["union", "2026-06", "2026-03", "seed", "pal"])
def test_every_dialect_says_enough_for_the_words(dialect: str) -> None:
    talk = ScriptedConversation(llm=["Good, and you?", "Great."], dialect=dialect)
    try:
        talk.says("How", 0.4, "are you?")
        talk.run_until_idle()
        talk.respond("Me too.")
        talk.run_until_idle()
        entries = transcript((event.wire() for event in talk.events), start=1_767_225_600.0)
        assert said(entries) == [
            ("user", "How are you?"),
            ("assistant", "Good, and you?"),
            ("user", "Me too."),
            ("assistant", "Great."),
        ]
        timed = dialect not in ("seed", "2026-03")
        assert all((entry.timestamp is not None) == timed for entry in entries)
    finally:
        talk.close()
