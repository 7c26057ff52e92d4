"""How tools are used: fillers, and what results do (PROTOCOL 1.4, 2.7, 5.1 "tool call (PAL)")."""

from typing import Any

import pytest

from tests.conversation.driving import Driven, event, only, wires
from visavis.conversation.effects import Ignore, Speak, StartInference
from visavis.conversation.inner_tools import MOST_IN_A_ROW


def called(text: str = "", **use: Any) -> Driven:
    """A turn whose inference wrote ``text`` and called a tool that is used in this way."""
    call = Driven(tools=({"type": "function", "function": {"name": "look"}, **use},))
    call.says("What is the weather?")
    if text:
        call.writes(1, text, finish=False)
    call.calls(1, ("t1", "look", "{}"))
    call.finishes(1)
    return call


def test_the_llm_is_given_the_definition_alone() -> None:
    call = called(on_call="silent", on_resolve="add_to_context", canvas_config={"version": "1"})
    (inference,) = only(call.all_effects, StartInference)
    assert inference.tools == ({"type": "function", "function": {"name": "look"}},)


def test_a_canvas_config_goes_out_beside_the_properties() -> None:
    config = {"version": "1", "component": "card"}
    assert event(called(canvas_config=config).all_effects, "tool_call")["canvas_config"] == config
    assert "canvas_config" not in event(called().all_effects, "tool_call")


def test_a_static_filler_is_said_when_the_llm_says_nothing() -> None:
    filled = called(on_call="static_filler", static_filler="One moment.")
    assert [effect.text for effect in only(filled.all_effects, Speak)] == ["One moment."]
    spoken = called("Let me look.", on_call="static_filler", static_filler="One moment.")
    assert [effect.text for effect in only(spoken.all_effects, Speak)] == ["Let me look."]
    assert not only(called(on_call="silent", static_filler="One moment.").all_effects, Speak)


def test_a_result_is_said_as_it_is() -> None:
    call = called(on_resolve="response_in_result")
    effects = call.ask("tool_result", tool_call_id="t1", output="It is sunny.")
    assert [effect.text for effect in only(effects, Speak)] == ["It is sunny."]
    assert not only(effects, StartInference)
    call.voices(effects)
    started = event(call.plays(2, 0.1), "replica.started_speaking")
    assert started["inference_id"] == event(call.all_effects, "tool_call")["inference_id"]


def test_a_result_may_only_be_remembered() -> None:
    call = called(on_resolve="add_to_context")
    assert not wires(call.ask("tool_result", tool_call_id="t1", output="sun"))
    call.says("So?")
    (inference,) = only(call.effects, StartInference)
    assert {"role": "tool", "tool_call_id": "t1", "content": "sun"} in inference.messages


def test_a_call_that_nobody_answers_waits_for_nothing() -> None:
    call = called(on_resolve="fire_and_forget")
    assert only(call.ask("tool_result", tool_call_id="t1", output="sun"), Ignore)
    call.says("So?")
    told = only(call.effects, StartInference)[0].messages
    assert any("no result will come" in message["content"] for message in told)


def test_a_result_that_is_to_be_said_does_not_cut_a_user_off() -> None:
    call = called(on_resolve="response_in_result")
    call.begins()
    assert not only(call.ask("tool_result", tool_call_id="t1", output="It is sunny."), Speak)
    call.pauses()
    assert only(call.ends_turn(""), Speak)


@pytest.mark.parametrize(
    "result", [{"status": "error", "output": "HTTP 500 at db-7"}, {"output": {"answer": 12}}, {}]
)
def test_a_result_that_is_no_sentence_is_put_into_words_by_the_llm(result: dict[str, Any]) -> None:
    call = called(on_resolve="response_in_result")
    effects = call.ask("tool_result", tool_call_id="t1", **result)
    assert not only(effects, Speak)
    assert only(effects, StartInference)


def test_a_result_that_is_said_as_it_is_changes_no_row_of_an_earlier_turn() -> None:
    call = called(on_resolve="response_in_result")
    call.begins()
    call.ask("tool_result", tool_call_id="t1", output="It is sunny.")
    call.pauses()
    call.voices(call.ends_turn("Hello?"))
    said = event(call.plays(2, 0.1), "replica.started_speaking")
    assert said["turn_idx"] == 2
    assert said["inference_id"] != event(call.all_effects, "tool_call")["inference_id"]


def test_a_call_that_nobody_answers_and_no_words_has_the_llm_asked_once_more() -> None:
    call = called(on_resolve="fire_and_forget")
    assert only(call.effects, StartInference)
    for generation in range(2, MOST_IN_A_ROW + 1):
        call.calls(generation, ("t1", "look", "{}"))
        assert only(call.finishes(generation), StartInference)
    call.calls(MOST_IN_A_ROW + 1, ("t1", "look", "{}"))
    failed = event(call.finishes(MOST_IN_A_ROW + 1), "layer_failed")["properties"]
    assert failed == {"layer": "llm", "reason": "the model called tools and said nothing"}
