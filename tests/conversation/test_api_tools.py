"""Tools whose API the server calls itself (PROTOCOL 2.7 ``delivery.api``)."""

from typing import Any

import pytest

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation.effects import CallTool, Ignore, Speak, StartInference
from visavis.conversation.tools import CALLED_ALREADY, MOST_IN_A_TURN, UNDER_WAY


def called(*calls: tuple[str, str, str], **use: Any) -> Driven:
    """A turn whose inference called a tool with an API and said nothing."""
    tool = {"type": "function", "function": {"name": "book"}, **use}
    call = Driven(tools=(tool,), api_tools=("book",))
    call.says("Book a table.")
    call.calls(1, *(calls or (("t1", "book", '{"at": "eight"}'),)))
    call.finishes(1)
    return call


def runs(call: Driven) -> list[dict[str, Any]]:
    return [
        wire["properties"] for wire in wires(call.all_effects) if wire["event_type"] == "visavis.tool_run"
    ]


def test_the_session_is_asked_and_no_client() -> None:
    call = called()
    asked = event(call.all_effects, "utterance")
    assert only(call.all_effects, CallTool) == [
        CallTool("t1", "book", '{"at": "eight"}', asked["inference_id"], 1)
    ]
    assert "tool_call" not in names(call.all_effects)


def test_everyone_is_told_that_it_runs_and_how_it_went_but_neither_arguments_nor_result() -> None:
    call = called()
    call.now = 1.5
    call.answers("t1", "Booked under Smith.")
    named = {"name": "book", "tool_call_id": "t1", "on_resolve": "generate_response"}
    assert runs(call) == [
        {"state": "called", **named},
        {"state": "succeeded", "duration": 1.5, **named},
    ]


def test_the_result_is_put_into_words_by_the_llm() -> None:
    (inference,) = only(called().answers("t1", '{"table": 4}', spoken=False), StartInference)
    assert inference.messages[-1] == {"role": "tool", "tool_call_id": "t1", "content": '{"table": 4}'}


def test_a_failure_is_told_to_the_llm_as_one() -> None:
    call = called(on_resolve="response_in_result")
    (inference,) = only(call.answers("t1", "no answer within 10 s", failed=True), StartInference)
    assert inference.messages[-1]["content"] == "Error: no answer within 10 s"
    assert runs(call)[-1]["state"] == "failed"


@pytest.mark.parametrize(("spoken", "said"), [(True, ["Table four."]), (False, [])])
def test_only_text_is_said_as_it_is(spoken: bool, said: list[str]) -> None:
    effects = called(on_resolve="response_in_result").answers("t1", "Table four.", spoken=spoken)
    assert [effect.text for effect in only(effects, Speak)] == said
    assert bool(only(effects, StartInference)) != spoken


def test_nobody_in_the_room_can_answer_for_the_api() -> None:
    call = called()
    assert only(call.ask("tool_result", tool_call_id="t1", output="Free of charge."), Ignore)
    (inference,) = only(call.answers("t1", "Booked."), StartInference)
    assert inference.messages[-1]["content"] == "Booked."
    assert only(call.ask("tool_result", tool_call_id="t1", output="Free of charge."), Ignore)


def test_an_answer_to_no_call_and_a_second_one_are_ignored() -> None:
    call = called()
    assert only(call.answers("t9", "x"), Ignore)
    call.answers("t1", "x")
    assert only(call.answers("t1", "x"), Ignore)


def test_calls_of_a_client_and_of_the_server_are_answered_together() -> None:
    look = {"type": "function", "function": {"name": "look"}}
    call = Driven(tools=(look, {"type": "function", "function": {"name": "book"}}), api_tools=("book",))
    call.says("Is there a table?")
    call.calls(1, ("t1", "look", "{}"), ("t2", "book", "{}"))
    call.finishes(1)
    assert not only(call.answers("t2", "Booked."), StartInference)
    assert only(call.ask("tool_result", tool_call_id="t1", output="Seen."), StartInference)


def test_an_interruption_calls_nothing_back_and_the_answer_still_counts() -> None:
    call = called()
    call.ask("interrupt")
    assert only(call.answers("t1", "Booked."), StartInference)


def test_an_answer_waits_until_nobody_is_in_the_middle_of_a_turn() -> None:
    call = called()
    call.begins()
    assert not only(call.answers("t1", "Booked."), StartInference)
    (inference,) = only(call.ends_turn("Well?"), StartInference)
    assert [message["role"] for message in inference.messages[-3:]] == ["assistant", "tool", "user"]


def test_what_is_fired_and_forgotten_is_called_and_its_answer_changes_nothing() -> None:
    call = called(on_resolve="fire_and_forget")
    assert only(call.all_effects, CallTool)
    call.writes(2, "Done.")
    assert not only(call.answers("t1", "Booked."), StartInference)
    assert runs(call)[-1]["state"] == "succeeded"


def test_what_is_thought_ahead_calls_nothing_until_the_turn_has_ended() -> None:
    tool = {"type": "function", "function": {"name": "book"}}
    call = Driven(tools=(tool,), api_tools=("book",), speculative_inference=True)
    call.begins()
    call.hears("Book it.")
    call.pauses()
    call.calls(1, ("t1", "book", "{}"))
    assert not only(call.all_effects, CallTool)
    assert only(call.ends_turn("Book it."), CallTool)


def test_a_model_that_calls_for_ever_is_stopped_and_the_next_turn_begins_anew() -> None:
    call = called()
    for generation in range(1, MOST_IN_A_TURN):
        assert only(call.answers(f"t{generation}", "Booked."), StartInference)
        call.calls(generation + 1, (f"t{generation + 1}", "book", f'{{"at": {generation}}}'))
        call.finishes(generation + 1)
    assert len(only(call.all_effects, CallTool)) == MOST_IN_A_TURN
    call.answers(f"t{MOST_IN_A_TURN}", "Booked.")
    call.calls(MOST_IN_A_TURN + 1, ("more", "book", '{"at": "last"}'))
    (inference,) = only(call.finishes(MOST_IN_A_TURN + 1), StartInference)
    assert inference.messages[-1]["content"].startswith("Error: too many calls")
    assert len(only(call.all_effects, CallTool)) == MOST_IN_A_TURN
    call.voices(call.writes(inference.generation, "Enough."))
    call.plays(inference.generation, 10)
    call.says("Once more.")
    call.calls(inference.generation + 1, ("again", "book", "{}"))
    assert only(call.effects, CallTool)


def test_the_same_call_is_made_once_a_turn() -> None:
    call = called(("t1", "book", '{"at": "eight", "for": 2}'), ("t2", "book", '{"for": 2, "at": "eight"}'))
    assert len(only(call.all_effects, CallTool)) == 1
    (inference,) = only(call.answers("t1", "Booked."), StartInference)
    assert {message["content"] for message in inference.messages[-2:]} == {"Booked.", UNDER_WAY}
    call.calls(2, ("t3", "book", '{"at": "eight", "for": 2}'))
    (inference,) = only(call.finishes(2), StartInference)
    assert inference.messages[-1]["content"] == f"{CALLED_ALREADY} Booked."
    assert len(only(call.all_effects, CallTool)) == 1


def test_a_call_that_failed_may_be_made_again() -> None:
    call = called()
    call.answers("t1", "no answer", failed=True)
    call.calls(2, ("t2", "book", '{"at": "eight"}'))
    assert only(call.effects, CallTool)


# Words that fill the time


def filled(**use: Any) -> Driven:
    return called(on_call="generate_filler", **use)


def test_the_llm_fills_the_time_in_its_own_words() -> None:
    call = filled()
    (inference,) = only(call.effects, StartInference)
    assert inference.generation == 2
    assert [message["role"] for message in inference.messages[-3:]] == ["assistant", "tool", "user"]
    assert only(call.writes(2, "I am asking them."), Speak)


def test_words_beside_the_call_fill_the_time_themselves() -> None:
    tool = {"type": "function", "function": {"name": "book"}, "on_call": "generate_filler"}
    call = Driven(tools=(tool,), api_tools=("book",))
    call.says("Book a table.")
    call.writes(1, "I am asking them.", finish=False)
    call.calls(1, ("t1", "book", "{}"))
    call.voices(call.finishes(1))
    call.plays(1, 10)
    assert len(only(call.all_effects, StartInference)) == 1


def test_the_llm_is_told_to_speak_before_it_calls_or_not_to() -> None:
    def told(on_call: str, on_resolve: str = "generate_response") -> str:
        call = called(on_call=on_call, on_resolve=on_resolve)
        return str(only(call.all_effects, StartInference)[0].messages[0]["content"])

    assert "Before you call book" in told("generate_filler")
    assert "call book, call without saying anything" in told("silent")
    assert "book" not in told("passthrough")
    assert "book" not in told("generate_filler", "fire_and_forget"), "it is asked for its words anyway"


def test_nothing_fills_the_time_of_a_call_that_nobody_waits_for() -> None:
    call = filled(on_resolve="fire_and_forget")
    (inference,) = only(call.effects, StartInference)
    assert inference.tools, "the LLM goes on with its answer"


def test_the_answer_takes_the_place_of_a_filler_that_nobody_has_heard() -> None:
    call = filled()
    asked = event(call.all_effects, "utterance")
    call.voices(call.writes(2, "I am asking them."))
    assert not only(call.answers("t1", "Booked."), StartInference)
    (inference,) = only(call.falls_silent(2), StartInference)
    assert inference.messages[-1]["content"] == "Booked."
    call.voices(call.writes(3, "You have table four."))
    said = event(call.plays(3, 0.1), "replica.started_speaking")
    assert said["inference_id"] == asked["inference_id"]


def test_a_filler_that_is_heard_is_said_to_its_end_and_the_answer_has_a_row_of_its_own() -> None:
    call = filled()
    call.voices(call.writes(2, "I am asking them."))
    filler = event(call.plays(2, 0.1), "utterance")
    assert not only(call.answers("t1", "Booked."), StartInference)
    (inference,) = only(call.plays(2, 10), StartInference)
    beside, result = inference.messages[-2:]
    assert (beside["content"], len(beside["tool_calls"])) == ("I am asking them.", 1)
    assert result["content"] == "Booked."
    call.voices(call.writes(3, "You have table four."))
    answer = event(call.plays(3, 0.1), "utterance")
    assert answer["inference_id"] != filler["inference_id"]
    assert answer["turn_idx"] == filler["turn_idx"] == 1


def test_a_result_that_is_only_remembered_leaves_the_filler_alone() -> None:
    call = filled(on_resolve="add_to_context")
    call.answers("t1", "Booked.")
    assert only(call.writes(2, "Noted."), Speak)


def test_a_filler_waits_for_no_user_and_is_not_said_again() -> None:
    call = filled()
    call.writes(2, "I am asking", finish=False)
    call.begins()
    call.pauses()
    call.ends_turn("")
    assert len(only(call.all_effects, StartInference)) == 2
    assert only(call.answers("t1", "Booked."), StartInference)


def test_an_llm_without_words_for_a_filler_is_no_failure_and_its_calls_are_not_made() -> None:
    call = filled()
    assert only(call.calls(2, ("t2", "book", "{}")), Ignore)
    assert "layer_failed" not in names(call.finishes(2))
    assert len(only(call.all_effects, CallTool)) == 1


def test_a_chat_is_not_filled() -> None:
    tool = {"type": "function", "function": {"name": "book"}, "on_call": "generate_filler"}
    call = Driven(tools=(tool,), api_tools=("book",), chat=True)
    call.ask("respond", text="Book a table.")
    call.calls(1, ("t1", "book", "{}"))
    assert not only(call.finishes(1), StartInference)
