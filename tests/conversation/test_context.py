"""Context, sensitivity and what this version does not do (PROTOCOL 1.2)."""

import pytest

from tests.conversation.driving import Driven, names, only, quiet
from visavis.conversation.effects import Ignore, SetSensitivity, StartInference
from visavis.conversation.history import MOST_CONTEXT


def system(call: Driven) -> str:
    content: str = only(call.says("Hello"), StartInference)[0].messages[0]["content"]
    return content


def test_append_adds_to_the_context() -> None:
    call = Driven(context="One.")
    assert quiet(call.ask("append_llm_context", context="Two.")) == []
    assert system(call) == "Be kind.\n\nOne.\n\nTwo."


def test_append_starts_a_context() -> None:
    call = Driven()
    call.ask("append_llm_context", context="Two.")
    assert system(call) == "Be kind.\n\nTwo."


def test_overwrite_replaces_the_context_and_leaves_the_prompt() -> None:
    call = Driven(context="One.")
    assert quiet(call.ask("overwrite_llm_context", context="Two.")) == []
    assert system(call) == "Be kind.\n\nTwo."


def test_an_overwrite_without_context_changes_nothing() -> None:
    call = Driven(context="One.")
    assert only(call.ask("overwrite_llm_context", llm={"speculative_inference": False}), Ignore)
    assert system(call) == "Be kind.\n\nOne."


def test_a_context_has_an_end() -> None:
    call = Driven(context="One.")
    assert only(call.ask("append_llm_context", context="x" * MOST_CONTEXT), Ignore)
    assert system(call) == "Be kind.\n\nOne."


def test_a_finished_job_is_reported_when_the_floor_is_free() -> None:
    call = Driven()
    call.speaks(0.1)
    assert not only(call.ask("append_llm_context", context="Sold.", job_status="completed"), StartInference)
    (inference,) = only(call.plays(1, 2.0), StartInference)
    assert inference.messages[0]["content"] == "Be kind.\n\nSold."
    assert "job has finished" in inference.messages[-1]["content"]


def test_a_finished_job_does_not_cut_a_user_off() -> None:
    call = Driven()
    call.begins()
    assert not only(call.ask("append_llm_context", job_status="completed"), StartInference)
    assert only(call.ends_turn(""), StartInference)


def test_sensitivity_is_passed_on() -> None:
    effects = Driven().ask("sensitivity", participant_pause_sensitivity="high")
    assert quiet(effects) == [SetSensitivity("high", None)]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("sensitivity", {}),
        ("append_llm_context", {}),
        ("objective.confirm", {"objective_name": "x"}),
        ("realtime_api", {"x": 1}),
    ],
)
def test_what_has_no_effect_says_why(kind: str, properties: dict[str, object]) -> None:
    effects = Driven().ask(kind, **properties)
    assert len(only(effects, Ignore)) == 1
    assert names(effects) == []


def test_a_job_whose_result_finds_no_room_is_not_reported() -> None:
    call = Driven(context="x" * MOST_CONTEXT)
    effects = call.ask("append_llm_context", context="The job is done.", job_status="completed")
    assert only(effects, Ignore)
    assert not only(effects, StartInference)


def test_a_context_that_is_too_long_replaces_nothing() -> None:
    call = Driven(context="It rains.")
    assert only(call.ask("overwrite_llm_context", context="x" * (MOST_CONTEXT + 1)), Ignore)
    assert only(call.says("Hello"), StartInference)[0].messages[0]["content"].endswith("It rains.")
