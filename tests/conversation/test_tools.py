"""Tool calls and their results (PROTOCOL 1.2, 5.1)."""

import pytest

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation.effects import Ignore, Speak, StartInference
from visavis.conversation.floor import MOST_WAITING
from visavis.conversation.tools import PATIENCE


def called(*calls: tuple[str, str, str]) -> Driven:
    """A turn whose inference called tools and said nothing."""
    call = Driven(tools=({"type": "function", "function": {"name": "look"}},))
    call.says("What is the weather?")
    call.calls(1, *(calls or (("t1", "look", '{"at": "sky"}'),)))
    call.finishes(1)
    return call


def test_a_call_is_told_with_the_id_of_the_utterance_that_caused_it() -> None:
    call = called()
    asked = event(call.all_effects, "utterance")
    wire = event(call.all_effects, "tool_call")
    assert (wire["inference_id"], wire["turn_idx"]) == (asked["inference_id"], 1)
    assert wire["properties"] == {"name": "look", "arguments": '{"at": "sky"}', "tool_call_id": "t1"}


def test_a_call_always_has_an_id_and_no_two_that_wait_share_one() -> None:
    call = called(("", "look", "{}"), ("t1", "look", "{}"), ("t1", "look", "{}"))
    ids = [
        wire["properties"]["tool_call_id"]
        for wire in wires(call.all_effects)
        if "tool_call" in wire["event_type"]
    ]
    assert all(ids) and len(set(ids)) == 3
    assert ids[1] == "t1"


def test_the_result_is_answered_in_the_same_turn() -> None:
    call = called()
    (inference,) = only(call.ask("tool_result", tool_call_id="t1", output={"sky": "blue"}), StartInference)
    assert inference.generation == 2
    assert list(inference.messages[1:]) == [
        {"role": "user", "content": "What is the weather?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at": "sky"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": '{"sky": "blue"}'},
    ]
    call.voices(call.writes(2, "Blue."))
    assert {(wire["turn_idx"], wire["inference_id"]) for wire in wires(call.plays(2, 0.1))} == {
        (1, event(call.all_effects, "tool_call")["inference_id"])
    }


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"output": "blue"}, "blue"),
        ({"output": ["blue", 1]}, '["blue", 1]'),
        ({}, ""),
        ({"output": "no sky", "status": "error"}, "Error: no sky"),
    ],
)
def test_the_llm_is_told_the_result(properties: dict[str, object], told: str) -> None:
    (inference,) = only(called().ask("tool_result", tool_call_id="t1", **properties), StartInference)
    assert inference.messages[-1]["content"] == told


def test_several_calls_are_answered_together() -> None:
    call = called(("t1", "look", "{}"), ("t2", "look", "{}"))
    assert not only(call.ask("tool_result", tool_call_id="t2", output="two"), StartInference)
    (inference,) = only(call.ask("tool_result", tool_call_id="t1", output="one"), StartInference)
    assert [message["content"] for message in inference.messages[-2:]] == ["one", "two"]


def test_text_that_comes_with_a_call_is_spoken() -> None:
    call = Driven()
    call.says("What is the weather?")
    assert only(call.writes(1, "Let me look. ", finish=False), Speak) == [Speak(1, 0, "Let me look.")]
    call.calls(1, ("t1", "look", "{}"))
    call.finishes(1)
    call.voices([Speak(1, 0, "Let me look.")])
    call.plays(1, 0.1)
    assert not only(call.ask("tool_result", tool_call_id="t1", output="blue"), StartInference)
    assert only(call.plays(1, 1.5), StartInference)


def test_a_result_waits_until_nobody_is_in_the_middle_of_a_turn() -> None:
    call = called()
    call.begins()
    assert not only(call.ask("tool_result", tool_call_id="t1", output="blue"), StartInference)
    (inference,) = only(call.ends_turn("Well?"), StartInference)
    assert [message["role"] for message in inference.messages[-3:]] == ["assistant", "tool", "user"]
    call.voices(call.writes(2, "Blue."))
    call.plays(2, 0.1)
    assert not only(call.plays(2, 0.5), StartInference)


def test_a_call_without_a_result_is_told_as_such() -> None:
    (inference,) = only(called().says("Well?"), StartInference)
    assert inference.messages[-2] == {"role": "tool", "tool_call_id": "t1", "content": "(no result yet)"}


def test_arguments_that_are_no_json_go_out_as_written_and_back_as_an_empty_object() -> None:
    call = called(("t1", "look", "sky!"))
    assert event(call.all_effects, "tool_call")["properties"]["arguments"] == "sky!"
    (inference,) = only(call.ask("tool_result", tool_call_id="t1", output="x"), StartInference)
    assert inference.messages[-2]["tool_calls"][0]["function"]["arguments"] == "{}"


def test_a_call_that_is_never_answered_is_given_up() -> None:
    call = called()
    for _ in range(PATIENCE):
        effects = call.says("Well?")
    assert all(message["role"] != "tool" for message in only(effects, StartInference)[0].messages)
    assert only(call.ask("tool_result", tool_call_id="t1", output="late"), Ignore)


def test_a_result_of_an_unknown_call_and_a_second_result_are_ignored() -> None:
    call = called()
    assert only(call.ask("tool_result", tool_call_id="t9", output="x"), Ignore)
    call.ask("tool_result", tool_call_id="t1", output="x")
    assert only(call.ask("tool_result", tool_call_id="t1", output="y"), Ignore)


def test_calls_of_an_inference_that_was_cancelled_are_not_told() -> None:
    call = Driven()
    call.says("Hello")
    call.ask("interrupt")
    assert names(call.calls(1, ("t1", "look", "{}"))) == []


def test_a_call_without_a_name_is_ignored() -> None:
    assert names(called(("t1", "", "{}")).all_effects).count("tool_call") == 0


def test_a_call_that_repeats_an_id_gets_one_of_its_own_and_the_turn_its_answer() -> None:
    call = called(("call_0", "look", "{}"), ("call_0", "look", "{}"))
    first, second = (
        wire["properties"]["tool_call_id"]
        for wire in wires(call.all_effects)
        if wire["event_type"] == "conversation.tool_call"
    )
    assert first == "call_0" != second
    assert not only(call.ask("tool_result", tool_call_id=first, output="sun"), StartInference)
    assert only(call.ask("tool_result", tool_call_id=second, output="wind"), StartInference)


def test_an_id_of_an_earlier_turn_is_not_used_again() -> None:
    call = called()
    call.ask("tool_result", tool_call_id="t1", output="sun")
    call.calls(2, ("t1", "look", "{}"))
    assert event(call.effects, "tool_call")["properties"]["tool_call_id"] != "t1"


def test_a_result_finds_room_however_many_wait() -> None:
    call = called()
    call.ask("echo", text="One two three four.")
    for _ in range(MOST_WAITING):
        call.ask("echo", text="Hello.")
    assert not only(call.ask("tool_result", tool_call_id="t1", output="sun"), Ignore)


def test_an_answer_behind_spoken_words_has_an_id_of_its_own() -> None:
    """An inference and a role have one utterance: chats key their rows by them."""
    call = Driven()
    call.says("What is the weather?")
    call.voices(call.writes(1, "Let me look.", finish=False))
    call.calls(1, ("t1", "look", "{}"))
    call.voices(call.finishes(1))
    call.plays(1, 1.5)
    asked, said = (wire for wire in wires(call.all_effects) if wire["event_type"] == "conversation.utterance")
    assert asked["inference_id"] == event(call.all_effects, "tool_call")["inference_id"]
    assert asked["inference_id"] == said["inference_id"]
    call.ask("tool_result", tool_call_id="t1", output="sun")
    call.voices(call.writes(2, "It is sunny."))
    answer = event(call.plays(2, 0.1), "utterance")
    assert answer["inference_id"] != said["inference_id"]
    assert answer["turn_idx"] == said["turn_idx"] == 1
