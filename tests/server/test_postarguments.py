"""What the language model is told of a call that is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.session.scripted import ScriptedLLM
from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server import postarguments
from visavis.server.postarguments import arguments_of, dialogue
from visavis.session.tools import ToolBody

SAID = [{"role": "user", "content": "Hello."}]


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


def test_the_dialogue_is_what_people_and_the_replica_said() -> None:
    said = [("user", "Hello."), ("tool", '{"sky": "blue"}'), ("assistant", "Good day.")]
    entries = [TranscriptEntry(role=role, content=content) for role, content in said]
    assert dialogue(entries) == [*SAID, {"role": "assistant", "content": "Good day."}]


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
