from __future__ import annotations

from typing import Any

import pytest

from visavis.layers.llm.base import ToolCallDelta
from visavis.layers.perception.asked import Tool
from visavis.layers.perception.vision.calls import AGAIN, Calls


def tool(name: str, **parameters: Any) -> Tool:
    definition = {"type": "function", "function": {"name": name, "parameters": parameters}}
    return Tool(name=name, modality="vision", definition=definition)


TOOLS = [tool("smiled"), tool("holds", type="object", required=["what"])]
SMILE = ToolCallDelta("1", "smiled", "{}")


def holds(what: str) -> ToolCallDelta:
    return ToolCallDelta("2", "holds", f'{{"what": "{what}"}}')


def passed(*answers: tuple[float, list[ToolCallDelta]], who: str = "ann") -> list[float]:
    """When calls were passed on, of answers at these moments."""
    calls = Calls(TOOLS)
    return [at for at, made in answers for _ in calls.sift(who, made, at)]


def test_what_lasts_is_one_call_however_long():
    assert passed(*((float(at), [SMILE]) for at in range(0, 60, 2))) == [0.0]


def test_what_comes_again_is_another_call_but_not_within_ten_seconds():
    assert passed((0.0, [SMILE]), (2.0, []), (4.0, [SMILE]), (6.0, []), (AGAIN, [SMILE])) == [0.0, AGAIN]


def test_one_that_began_too_soon_does_not_call_later():
    assert passed((0.0, [SMILE]), (2.0, []), *((float(at), [SMILE]) for at in range(4, 40, 2))) == [0.0]


def test_other_arguments_are_another_call_unless_they_only_look_so():
    answers = [(0.0, [holds("a mug")]), (2.0, [holds("A  mug.")]), (4.0, [holds("a phone")])]
    assert passed(*answers) == [0.0, 4.0]


def test_two_calls_of_one_answer_are_both_passed_on_and_the_same_twice_is_one():
    assert passed((0.0, [SMILE, holds("a mug"), SMILE])) == [0.0, 0.0]


def test_participants_have_their_own():
    calls = Calls(TOOLS)
    for who in ("ann", "bob"):
        assert calls.sift(who, [SMILE], 1.0) == [("smiled", {})]
    assert calls.passed == 2


def test_somebody_who_went_away_begins_anew():
    calls = Calls(TOOLS)
    calls.sift("ann", [SMILE], 0.0)
    calls.forget("ann")
    assert calls.sift("ann", [SMILE], AGAIN) == [("smiled", {})]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (ToolCallDelta("", "jumped", '{"secret": 1}'), "not offered"),
        (ToolCallDelta("", "holds", "a mug"), "no JSON object"),
        (ToolCallDelta("", "holds", '["a mug"]'), "no JSON object"),
        (ToolCallDelta("", "holds", '{"how": "a mug"}'), "without what"),
        (ToolCallDelta("", "holds", '{"what": NaN}'), "no JSON object"),
        (ToolCallDelta("", "holds", '{"what": [1e999]}'), "no JSON object"),
        (ToolCallDelta("", "holds", '{"what":' * 300 + "1" + "}" * 300), "nested too deeply"),
        (ToolCallDelta("", "holds", '{"what":' * 100_000), "no JSON object"),
        (holds("a mug " * 2_000), "too long"),
    ],
)
def test_a_call_that_makes_no_sense_is_dropped_with_a_reason_that_quotes_nothing(
    call: ToolCallDelta, reason: str
):
    calls = Calls(TOOLS)
    assert calls.sift("ann", [call, SMILE], 0.0) == [("smiled", {})]
    (told,) = calls.dropped
    assert reason in told and "mug" not in told and "secret" not in told and "jumped" not in told


def test_arguments_can_be_written_in_an_event_whatever_a_model_writes():
    call = ToolCallDelta("2", "holds", '{"what": "a \\ud83d mug", "\\udc00": "\\ud83d\\ude00"}')
    ((_, arguments),) = Calls(TOOLS).sift("ann", [call], 0.0)
    assert arguments == {"what": "a \N{REPLACEMENT CHARACTER} mug", "\N{REPLACEMENT CHARACTER}": "😀"}
