"""What the language model is told of a call that is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.session.scripted import ScriptedLLM
from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.server import postarguments
from visavis.server.postarguments import arguments_of, dialogue
from visavis.session.tools import ToolBody

SAID = [{"role": "user", "content": "Hello."}]


def told(kind: str, inference_id: str, **properties: Any) -> dict[str, Any]:
    return {
        "event_type": f"conversation.{kind}",
        "inference_id": inference_id,
        "properties": properties,
    }


def tool(**properties: Any) -> ToolBody:
    return ToolBody.model_validate(
        {
            "name": "note",
            "description": "Take a note.",
            "trigger_type": "post_call",
            "parameters": {"type": "object", "properties": properties, "required": list(properties)},
            "delivery": {"api": {"url": "https://a.example"}},
        }
    )


def test_the_dialogue_holds_what_was_heard_in_its_order() -> None:
    events = [
        told("utterance.streaming", "a", role="user", speech="Hel", final=False),
        told("utterance", "a", role="user", speech="Hello."),
        told("utterance", "a", role="replica", speech="Good day. How are you?"),
        told("utterance.streaming", "a", role="replica", speech="Good day.", final=True, is_interrupted=True),
        told("utterance", "b", role="user", speech="Fine."),
        told("utterance", "b", role="replica", speech="So am I."),
        told("utterance.streaming", "b", role="replica", speech="So am I.", final=True, is_interrupted=False),
    ]
    assert [(one["role"], one["content"]) for one in dialogue(events)] == [
        ("user", "Hello."),
        ("assistant", "Good day."),
        ("user", "Fine."),
        ("assistant", "So am I."),
    ]


async def test_a_model_is_asked_for_nothing_that_is_fixed() -> None:
    assert await arguments_of(tool(channel={"const": 7}), SAID, lambda: pytest.fail("no need")) == {
        "channel": 7
    }


async def test_arguments_that_miss_something_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postarguments, "PAUSES", (0.0, 0.0))
    llm = ScriptedLLM(
        [ToolCallDelta("", "note", "{}")],
        [TextDelta("Well."), ToolCallDelta("", "other", '{"text": "x"}')],
        [ToolCallDelta("", "note", '{"text": "Said hello.", "invented": 1}')],
    )
    assert await arguments_of(tool(text={"type": "string"}), SAID, lambda: llm) == {"text": "Said hello."}
    assert len(llm.asked) == 3


@pytest.mark.parametrize("arguments", ["[]", "{", '{"text": "x"}'])
async def test_a_model_that_cannot_is_given_up(monkeypatch: pytest.MonkeyPatch, arguments: str) -> None:
    monkeypatch.setattr(postarguments, "PAUSES", ())
    llm = ScriptedLLM([ToolCallDelta("", "note", arguments)])
    with pytest.raises(InferenceFailed):
        await arguments_of(tool(text={}, more={}), SAID, lambda: llm)
