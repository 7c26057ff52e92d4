"""Objectives (PROTOCOL 5.1, "objectives manual mode") and guardrails ("guardrail")."""

import json
from typing import Any

import pytest

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation import guardrails
from visavis.conversation.effects import CallBack, Ignore, Speak, StartInference
from visavis.conversation.inner_tools import MOST_IN_A_ROW
from visavis.conversation.inputs import Guardrail, Objective
from visavis.conversation.objectives import NEXT, TOOL

NAME = Objective(name="name", prompt="Learn the user's name.", output_variables=("first", "last"))
AGE = Objective(name="age", prompt="Learn the user's age.")


def turn(*objectives: Objective, **config: Any) -> Driven:
    """A turn is being answered."""
    call = Driven(objectives=objectives, **config)
    call.says("Ada Lovelace")
    return call


def report(call: Driven, generation: int = 1, tool: str = TOOL, **arguments: Any) -> list[Any]:
    return call.calls(generation, ("t1", tool, json.dumps(arguments)))


def result(call: Driven, generation: int = 1) -> str:
    """What the LLM is told of its call."""
    call.finishes(generation)
    (inference,) = only(call.effects, StartInference)
    return str(inference.messages[-1]["content"])


def test_the_first_is_active_from_the_first_participant_on() -> None:
    call = Driven(objectives=(NAME, AGE))
    assert event(call.effects, "objective.activated")["properties"] == {"objective_name": "name"}
    assert "objective.activated" not in names(call.join("bob"))


def test_the_llm_is_told_the_objective_and_gets_a_tool_for_it() -> None:
    (inference,) = only(turn(NAME, AGE).all_effects, StartInference)
    system = inference.messages[0]["content"]
    assert "Learn the user's name." in system
    assert "first, last" in system
    (tool,) = inference.tools
    assert tool["function"]["name"] == TOOL
    assert tool["function"]["parameters"]["required"] == ["first", "last"]


def test_a_report_completes_it_and_activates_the_next() -> None:
    call = turn(NAME, AGE)
    effects = report(call, first="Ada", last="Lovelace")
    assert names(effects) == ["objective.completed", "objective.activated"]
    done, following = (wire["properties"] for wire in wires(effects))
    assert done == {"objective_name": "name", "output_variables": {"first": "Ada", "last": "Lovelace"}}
    assert following == {"objective_name": "age"}
    assert "Learn the user's age." in only(call.finishes(1), StartInference)[0].messages[0]["content"]


def test_the_llm_goes_on_when_it_said_nothing_else() -> None:
    call = turn(NAME)
    report(call, first="Ada", last="Lovelace")
    assert result(call) == "Noted."
    assert only(call.writes(2, "Nice to meet you, Ada."), Speak)


def test_what_it_said_beside_the_report_is_enough() -> None:
    call = turn(NAME)
    call.writes(1, "Nice to meet you.", finish=False)
    report(call, first="Ada", last="Lovelace")
    assert not only(call.finishes(1), StartInference)


def test_a_report_without_its_variables_is_an_error_for_the_llm_alone() -> None:
    call = turn(NAME)
    assert not wires(report(call, first="Ada"))
    assert result(call) == "Error: not known yet: last."


@pytest.mark.parametrize("arguments", ["{", "[]", "null", '{"first": null}'])
def test_arguments_that_are_none_are_an_error_for_the_llm_alone(arguments: str) -> None:
    call = turn(NAME)
    assert not wires(call.calls(1, ("t1", TOOL, arguments)))
    assert result(call).startswith("Error:")


def test_an_llm_that_reports_for_ever_is_stopped() -> None:
    call = turn(NAME)
    for generation in range(1, MOST_IN_A_ROW + 1):
        report(call, generation)
        assert only(call.finishes(generation), StartInference)
    report(call, MOST_IN_A_ROW + 1)
    effects = call.finishes(MOST_IN_A_ROW + 1)
    assert not only(effects, StartInference)
    assert event(effects, "layer_failed")


def test_the_next_may_be_required_or_depend_on_what_was_said() -> None:
    fork = Objective(name="fork", prompt="Ask.", next_conditional={"left": "yes", "right": "no"})
    left = Objective(name="left", prompt="Go left.", next_required="end")
    others = (left, Objective(name="right", prompt="Go right."), Objective(name="end", prompt="End."))
    call = turn(fork, *others)
    assert not wires(report(call))
    assert result(call) == f"Error: {NEXT} must be one of: left, right."
    assert names(report(call, 2, next_objective="left")) == ["objective.completed", "objective.activated"]
    assert wires(report(call, 2))[-1]["properties"]["objective_name"] == "end"
    assert names(report(call, 2)) == ["objective.completed"]
    call.finishes(2)
    assert not only(call.effects, StartInference)[0].tools


MANUAL = Objective(name="order", prompt="Take the order.", manual=True, output_variables=("dish",))


def test_a_manual_one_is_pending_until_the_client_confirms_it() -> None:
    call = turn(MANUAL, AGE)
    pending = event(report(call, dish="soup"), "objective.pending")
    assert pending["properties"] == {"objective_name": "order", "output_variables": {"dish": "soup"}}
    effects = call.ask("objective.confirm", objective_name="order", output_variables={"dish": "stew"})
    assert names(effects) == ["objective.completed", "objective.activated"]
    assert wires(effects)[0]["properties"]["output_variables"] == {"dish": "stew"}


def test_a_confirmation_needs_no_properties() -> None:
    call = turn(MANUAL)
    report(call, dish="soup")
    assert names(call.ask("objective.confirm")) == ["objective.completed"]


@pytest.mark.parametrize("named", [{}, {"objective_name": "another"}])
def test_a_confirmation_of_nothing_or_of_another_has_no_effect(named: dict[str, str]) -> None:
    call = turn(MANUAL)
    if named:
        report(call, dish="soup")
    assert only(call.ask("objective.confirm", **named), Ignore)


RUDE = Guardrail(name="rude", uuid="g1", prompt="Never be rude.")


def test_a_guardrail_is_told_once_a_turn_and_does_not_stop_the_reply() -> None:
    call = turn(guardrails=(RUDE,))
    call.writes(1, "Let us stay polite.", finish=False)
    breach = {"tool": guardrails.TOOL, "guardrail": "rude", "reason": "The user swore."}
    told = event(report(call, **breach), "guardrail.triggered")
    assert told["properties"] == {
        "guardrail": "rude",
        "guardrail_name": "rude",
        "guardrail_uuid": "g1",
        "reason": "The user swore.",
    }
    assert not wires(report(call, **breach))
    assert [effect.text for effect in only(call.all_effects + call.finishes(1), Speak)]


def test_a_guardrail_without_app_message_is_told_to_nobody() -> None:
    quiet = Guardrail(name="rude", uuid="g1", prompt="Never be rude.", app_message=False)
    call = turn(guardrails=(quiet,))
    assert not wires(report(call, tool=guardrails.TOOL, guardrail="rude", reason="x"))


@pytest.mark.parametrize("app_message", [True, False])
def test_a_guardrail_calls_back_once_a_turn_whether_clients_are_told_or_not(app_message: bool) -> None:
    rude = Guardrail(name="rude", uuid="g1", prompt="Never be rude.", app_message=app_message)
    call = turn(guardrails=(rude,), dialect="seed")
    breach = {"tool": guardrails.TOOL, "guardrail": "rude", "reason": "The user swore."}
    told = CallBack("guardrail", "rude", {"properties": {"guardrail": "rude", "guardrail_uuid": "g1"}})
    effects = report(call, **breach)
    assert only(effects, CallBack) == [told] == effects[:1]
    assert only(report(call, **breach), CallBack) == []


def test_an_objective_calls_back_when_it_is_completed_and_not_when_it_only_waits() -> None:
    call = turn(Objective(name="age", prompt="Ask.", manual=True, output_variables=("age",)))
    assert only(report(call, age="40"), CallBack) == []
    effects = call.ask("objective.confirm", output_variables={"age": "41"})
    body = {"objective_name": "age", "output_variables": {"age": "41"}}
    assert only(effects, CallBack) == [CallBack("objective", "age", body)]
    assert isinstance(effects[0], CallBack), "before the event: whoever has seen that can rely on it"


def test_whoever_confirms_changes_values_and_adds_none() -> None:
    call = turn(Objective(name="age", prompt="Ask.", manual=True, output_variables=("age",)))
    report(call, age="40")
    effects = call.ask("objective.confirm", output_variables={"age": "41", "discount": "100 %"})
    body = {"objective_name": "age", "output_variables": {"age": "41"}}
    assert only(effects, CallBack) == [CallBack("objective", "age", body)]
    assert only(effects, Ignore)


def test_a_guardrail_that_nobody_made_is_an_error_for_the_llm_alone() -> None:
    call = turn(guardrails=(RUDE,))
    assert not wires(report(call, tool=guardrails.TOOL, guardrail="loud", reason="x"))
    assert result(call) == "Error: guardrail must be one of: rude."


def test_an_inner_tool_is_never_a_tool_call_of_the_clients() -> None:
    call = turn(NAME, guardrails=(RUDE,))
    call.calls(1, ("t1", TOOL, "{}"), ("t2", guardrails.TOOL, "{}"), ("t3", "look", "{}"))
    assert names(call.effects) == ["tool_call"]


def test_a_report_that_comes_twice_completes_one_objective() -> None:
    call = turn(AGE, Objective(name="city", prompt="Learn where the user lives."))
    effects = call.calls(1, ("t1", TOOL, "{}"), ("t2", TOOL, "{}"))
    assert names(effects) == ["objective.completed", "objective.activated"]


def test_values_that_are_no_text_become_json() -> None:
    call = turn(Objective(name="list", prompt="Ask.", output_variables=("items", "urgent")))
    done = event(report(call, items=["milk", "eggs"], urgent=True), "objective.completed")
    assert done["properties"]["output_variables"] == {"items": '["milk", "eggs"]', "urgent": "true"}
