from __future__ import annotations

from typing import Any

from tests.layers.perception.sights import during, face
from tests.layers.perception.test_summary import voice
from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Tool
from visavis.layers.perception.conditions import Condition
from visavis.session.perceiving.calls import Call, ToolCalls, on_the_wire, signals

SMILING, NEUTRAL = face(smile=0.9), face()
FACTS = {"a": "signal", "b": "words", "c": "seconds", "d": "confidence", "e": "yes"}


def tool(signal: str, modality: Any = "vision", **more: Any) -> Tool:
    definition = {"type": "function", "function": {"name": "t"}}
    return Tool(name="t", modality=modality, definition=definition, signal=signal, **more)


def called(tools: list[Tool], *scenes: Any, untold: frozenset[Condition] = frozenset()) -> list[Call]:
    calls, account = ToolCalls(tools, untold), Account()
    return [
        call
        for scene in scenes
        for sight in scene
        for change in account.feed(sight)
        for call in calls.seen(change, account)
    ]


def test_a_tool_is_called_when_its_signal_begins_with_the_facts_it_wants() -> None:
    ((called_tool, arguments),) = called(
        [tool("smiling", arguments=FACTS)],
        during(0, 3, NEUTRAL),
        during(3, 8, SMILING),
        during(8, 12, NEUTRAL),
    )
    assert called_tool.name == "t"
    assert arguments == {"a": "smiling", "b": "smiling", "c": 0.5, "d": 0.95, "e": True}


def test_what_a_tool_spells_in_its_own_way_is_told_so() -> None:
    away = tool("looking away", arguments={"event": "signal", "cue": "words"})
    event = {"type": "string", "enum": ["left", "LOOKING_AWAY"]}
    away.definition["function"]["parameters"] = {"properties": {"event": event, "cue": {"type": "string"}}}
    ((_, arguments),) = called([away], during(0, 3, NEUTRAL), during(3, 8, face(looking=0.1)))
    assert arguments == {"event": "LOOKING_AWAY", "cue": "looking away from the screen"}


def test_or_when_it_ends_with_how_long_it_lasted() -> None:
    ((_, arguments),) = called(
        [tool("smiling", ends=True, arguments={"seconds": "seconds"})],
        *(during(0, 3, NEUTRAL), during(3, 8, SMILING), during(8, 12, NEUTRAL)),
    )
    assert arguments == {"seconds": 5.0}


def test_another_smile_soon_after_calls_nothing_and_one_much_later_does() -> None:
    first = *during(0, 3, NEUTRAL), *during(3, 5, SMILING)
    soon = *during(5, 6.5, NEUTRAL), *during(6.5, 8, SMILING)
    later = *during(5, 9, NEUTRAL), *during(9, 11, SMILING)
    assert len(called([tool("smiling")], first, soon)) == 1
    assert len(called([tool("smiling")], first, later)) == 2


def test_nothing_is_called_for_other_signals_without_one_or_for_what_may_not_be_told() -> None:
    scenes = during(0, 3, NEUTRAL), during(3, 8, SMILING)
    unmatched = tool("smiling").model_copy(update={"signal": None})
    assert called([tool("frowning"), unmatched, tool("lively intonation", "audio")], *scenes) == []
    again = during(0, 3, NEUTRAL), during(3, 8, SMILING)
    assert called([tool("smiling")], *again, untold=frozenset(("smiling",))) == []


def test_a_tone_calls_its_tools_at_the_end_of_a_turn_and_not_at_every_one() -> None:
    calls = ToolCalls([tool("a long pause", "audio", arguments=FACTS), tool("smiling")], frozenset())
    heard = voice(start=1.0, end=5.0)
    tone = ("flat intonation", "2 long pauses")
    ((called_tool, arguments),) = calls.heard(heard, tone, at=6.0)
    assert arguments == {
        "a": "a long pause",
        "b": "Flat intonation, 2 long pauses, 2.5 words a second",
        "c": 4.0,
        "d": 0.9,
        "e": True,
    }
    assert signals(("faster than usual", "3 long pauses")) == {"faster than usual", "fast", "a long pause"}
    assert on_the_wire(called_tool, {"e": True}) == '{"e": true}'
    assert list(calls.heard(heard, tone, at=8.0)) == []
    assert list(calls.heard(heard, ("fast",), at=20.0)) == []
    assert len(list(calls.heard(heard, tone, at=20.0))) == 1
