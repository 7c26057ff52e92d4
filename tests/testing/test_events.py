"""Events, and what a test can say about them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from visavis.protocol.events import StoppedSpeaking, ToolCall, Utterance
from visavis.testing import ScriptedConversation, calls

MakeConversation = Callable[..., ScriptedConversation]


@pytest.fixture
def talk(conversation: MakeConversation) -> ScriptedConversation:
    talk = conversation(llm=[calls("look_up", city="Oslo", days=[1, 2]), "Nothing found."])
    talk.ask("Look up Oslo.")
    talk.ask("And now?")
    return talk


def test_a_kind_is_a_model_or_a_name_with_or_without_its_prefix(talk: ScriptedConversation) -> None:
    found = talk.of(Utterance)
    assert [event.properties.speech for event in found] == ["Look up Oslo.", "And now?", "Nothing found."]
    assert talk.of("utterance") == talk.of("conversation.utterance") == found
    assert len(talk.of("system.replica_joined")) == 1
    assert talk.of("replica_joined") == []


def test_properties_choose_among_events(talk: ScriptedConversation) -> None:
    assert talk.of(Utterance, role="replica")[0].properties.speech == "Nothing found."
    assert talk.of(Utterance, role="replica", speech="Something else.") == []
    assert len(talk.of(StoppedSpeaking, role="user", interrupted=False)) == 2


def test_the_envelope_can_be_asked_for_too(talk: ScriptedConversation) -> None:
    assert talk.expect(Utterance, turn_idx=2).properties.speech == "And now?"


def test_a_pattern_is_searched(talk: ScriptedConversation) -> None:
    talk.expect(Utterance, speech=re.compile(r"Oslo\.$"), times=1)
    talk.expect(Utterance, speech=re.compile("Bergen"), times=0)


def test_json_text_is_compared_with_an_object(talk: ScriptedConversation) -> None:
    talk.expect(ToolCall, arguments={"days": [1, 2], "city": "Oslo"})
    talk.expect(ToolCall, arguments={"city": "Bergen"}, times=0)
    talk.expect(ToolCall, name={"no": "json"}, times=0)


def test_what_is_expected_is_given_back(talk: ScriptedConversation) -> None:
    assert talk.expect(ToolCall) is talk.of(ToolCall)[0]
    assert talk.expect(ToolCall, times=0, name="other") is None


def test_a_failure_says_what_was_wanted_and_what_happened(talk: ScriptedConversation) -> None:
    with pytest.raises(AssertionError) as failure:
        talk.expect(ToolCall, name="place_order")
    message = str(failure.value)
    assert message.startswith(
        "expected ToolCall(name='place_order'), found 0 (1 of this kind with other properties)"
    )
    assert "→ user said 'Look up Oslo.'" in message
    assert "conversation.tool_call turn 1" in message


def test_so_many_and_no_more_are_expected(talk: ScriptedConversation) -> None:
    talk.expect(Utterance, times=3)
    for times in (0, 2, 4):
        with pytest.raises(AssertionError, match=rf"expected {times} Utterance\(\), found 3"):
            talk.expect(Utterance, times=times)
    with pytest.raises(AssertionError, match=r"expected perception_tool_call\(\), found 0\n"):
        talk.expect("perception_tool_call")
