from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from visavis.layers.perception.settings import PerceptionLayer, allowed


def tool(name: str = "note_mood", **changed: Any) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": "When …", "parameters": {}, **changed},
    }


def test_the_documented_fields_are_read():
    layer = PerceptionLayer.model_validate(
        {
            "perception_model": "raven-1",
            "visual_awareness_queries": ["Is the user smiling?"],
            "audio_awareness_queries": ["Does the user sound tired?"],
            "perception_analysis_queries": ["Was a second person there?"],
            "visual_tool_prompt": "Call note_mood when the user smiles.",
            "visual_tools": [tool()],
            "audio_tool_prompt": "…",
            "audio_tools": [tool("note_voice")],
        }
    )
    assert layer.on
    assert layer.visual_tools[0].function.name == "note_mood"
    assert layer.audio_tools[0].function.name == "note_voice"
    assert layer.asked_emotions() == "full"


def test_the_spellings_of_older_clients_mean_the_same():
    layer = PerceptionLayer.model_validate(
        {
            "perception_model_name": "raven-0",
            "ambient_awareness_queries": ["Is anybody there?"],
            "perception_tool_prompt": "Call it.",
            "perception_tools": [tool()],
            "emotion_recognition": "limited",
        }
    )
    assert layer.perception_model == "raven-0"
    assert layer.visual_awareness_queries == ["Is anybody there?"]
    assert layer.visual_tool_prompt == "Call it."
    assert layer.visual_tools[0].function.name == "note_mood"
    assert PerceptionLayer.model_validate({"tool_prompt": "Call it."}).visual_tool_prompt == "Call it."


def test_an_older_spelling_counts_beside_an_empty_newer_one_and_not_beside_one_that_says_something():
    older = {"ambient_awareness_queries": ["Old?"]}
    empty = PerceptionLayer.model_validate({"visual_awareness_queries": [], **older})
    assert (empty.visual_awareness_queries, empty.unknown) == (["Old?"], [])
    both = PerceptionLayer.model_validate({"visual_awareness_queries": ["New?"], **older, "nothing": []})
    assert (both.visual_awareness_queries, both.unknown) == (["New?"], ["ambient_awareness_queries"])


def test_absent_null_and_off():
    assert PerceptionLayer().on
    assert PerceptionLayer.model_validate({"perception_model": None, "visual_tools": None}).visual_tools == []
    assert not PerceptionLayer.model_validate({"perception_model": "off"}).on
    assert PerceptionLayer.model_validate({"perception_model": "raven-2"}).on


def test_a_tool_may_lie_bare_and_keeps_what_else_it_holds():
    layer = PerceptionLayer.model_validate(
        {"visual_tools": [{"name": "wave", "parameters": {"type": "object"}}]}
    )
    assert layer.visual_tools[0].function.parameters == {"type": "object"}
    kept = PerceptionLayer.model_validate({"audio_tools": [{**tool(), "delivery": {"app_message": True}}]})
    assert kept.audio_tools[0].model_dump()["delivery"] == {"app_message": True}


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ({"perception_model": ["raven-1"]}, "perception_model", "valid string"),
        (
            {"visual_awareness_queries": ["x" * 10_001]},
            "visual_awareness_queries",
            "at most 10000 characters",
        ),
        ({"audio_awareness_queries": [""]}, "audio_awareness_queries", "must ask something"),
        ({"visual_awareness_queries": [" \n"]}, "visual_awareness_queries", "must ask something"),
        ({"visual_tool_prompt": "x" * 10_001}, "visual_tool_prompt", "at most 10000 characters"),
        ({"audio_tools": [tool(description="x" * 10_001)]}, "audio_tools", "at most 10000 characters"),
        ({"visual_tools": [tool("two words")]}, "visual_tools", "match pattern"),
        ({"visual_tools": [tool(), tool()]}, "", "visual_tools: more than one tool is called note_mood"),
        ({"perception_analysis_queries": ["x"] * 51}, "perception_analysis_queries", "at most 50 items"),
        ({"emotion_recognition": "some"}, "emotion_recognition", "'auto', 'full', 'limited' or 'off'"),
    ],
)
def test_limits_are_said_clearly(body, where, words):
    with pytest.raises(ValidationError) as refused:
        PerceptionLayer.model_validate(body)
    (error,) = refused.value.errors()
    assert words in error["msg"]
    assert (error["loc"] or ("",))[0] == where


@pytest.mark.parametrize(
    ("asked", "most", "gets"),
    [
        ("full", "full", "full"),
        ("full", "limited", "limited"),
        ("full", "off", "off"),
        ("limited", "full", "limited"),
        ("limited", "off", "off"),
        ("off", "full", "off"),
        ("off", "limited", "off"),
    ],
)
def test_a_persona_gets_no_more_than_the_server_allows(asked: Any, most: Any, gets: str):
    assert allowed(asked, most) == gets


@pytest.mark.parametrize(
    ("said", "policy", "asked"),
    [("auto", "", "full"), ("auto", "eu", "limited"), ("full", "eu", "full"), ("off", "eu", "off")],
)
def test_a_policy_decides_where_the_persona_does_not(said: str, policy: str, asked: str):
    assert PerceptionLayer.model_validate({"emotion_recognition": said}).asked_emotions(policy) == asked
