"""What is sent in each dialect (PROTOCOL 0)."""

import pytest

from tests.conversation.driving import Driven, wires
from visavis.conversation import inputs as happens
from visavis.conversation.effects import Broadcast
from visavis.conversation.log import replayed_events
from visavis.protocol.base import Properties
from visavis.protocol.dialects import DIALECTS
from visavis.protocol.events import (
    PerceptionAnalysis,
    PerceptionAnalysisProperties,
    PerceptionToolCall,
    PerceptionToolCallProperties,
    RagObservability,
)


def eventful(dialect: str) -> Driven:
    """A heartbeat, an utterance that is cut, an analysis."""
    call = Driven(dialect=dialect)
    call.fires("heartbeat", 1.0)
    call.speaks(0.6)
    call.ask("interrupt")
    call.falls_silent(1, 0.6)
    analysis = PerceptionAnalysis(properties=PerceptionAnalysisProperties(analysis="A smile."))
    call.feed(happens.LayerTold(at=1.0, event=analysis))
    call.ends()
    return call


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sequence_has_no_gaps_in_any_dialect(dialect: str) -> None:
    told = [effect for effect in eventful(dialect).all_effects if isinstance(effect, Broadcast)]
    assert [effect.seq for effect in told] == list(range(1, len(told) + 1))
    numbered = "seq" in DIALECTS[dialect].envelope
    assert [effect.event.seq for effect in told] == [effect.seq if numbered else None for effect in told]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_is_sent_that_the_dialect_does_not_have(dialect: str) -> None:
    table = DIALECTS[dialect]
    for wire in wires(eventful(dialect).all_effects):
        assert wire["event_type"] not in table.omitted
        assert {"timestamp", "seq", "inference_id", "turn_idx"} & wire.keys() <= table.envelope
        assert table.extensions or wire["message_type"] != "visavis"
        if wire["event_type"] in table.bare:
            assert "properties" not in wire


def test_the_union_has_both_spellings_of_the_analysis_and_the_old_word_for_an_interruption() -> None:
    types = [wire["event_type"] for wire in wires(eventful("union").all_effects)]
    first = types.index("conversation.perception_analysis")
    assert types[first + 1] == "conversation.perception-analysis"
    assert "conversation.replica_interrupted" in types
    assert "system.pal_present" not in types


def test_the_seed_dialect_has_no_seq_and_a_bare_stop() -> None:
    told = wires(eventful("seed").all_effects)
    stop = next(wire for wire in told if wire["event_type"] == "conversation.replica.stopped_speaking")
    assert stop.keys() == {"message_type", "event_type", "conversation_id", "inference_id"}


def test_the_pal_dialect_says_everything_of_the_replica_twice_first_as_pal() -> None:
    told = wires(eventful("pal").all_effects)
    roles = [wire["properties"]["role"] for wire in told if "role" in wire.get("properties", {})]
    assert roles
    assert roles[::2] == ["pal"] * (len(roles) // 2)
    assert roles[1::2] == ["replica"] * (len(roles) // 2)
    types = [wire["event_type"] for wire in told]
    assert types[types.index("system.replica_present") + 1] == "system.pal_present"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_client_asked_for_is_answered_in_every_dialect(dialect: str) -> None:
    call = Driven(dialect=dialect)
    refused = happens.InteractionRefused(at=0.0, participant_id="ann", event_id="e1", reason="no JSON")
    assert [wire["event_type"] for wire in wires(call.feed(refused))] == ["visavis.ack"]


def test_the_seed_has_no_analyses_and_only_the_newest_a_canvas() -> None:
    for name in DIALECTS:
        call = Driven(
            dialect=name,
            tools=({"type": "function", "function": {"name": "look"}, "canvas_config": {"version": "1"}},),
        )
        call.begins()
        call.feed(happens.UserTurnEnded(at=0.0, participant_id="ann", text="Hi", audio_analysis="calm"))
        call.calls(1, ("t1", "look", "{}"))
        told = {wire["event_type"]: wire for wire in wires(call.all_effects)}
        properties = told["conversation.utterance"]["properties"]
        assert ("user_audio_analysis" in properties) == (name != "seed")
        assert ("canvas_config" in told["conversation.tool_call"]) == (name in ("union", "pal"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_calls_of_perception_have_an_id_in_the_newest_alone_and_other_calls_always(dialect: str) -> None:
    call = Driven(dialect=dialect, tools=({"type": "function", "function": {"name": "look"}},))
    seen = PerceptionToolCallProperties(modality="vision", name="smiled", arguments={}, tool_call_id="c1")
    call.feed(happens.LayerTold(at=0.5, event=PerceptionToolCall(properties=seen)))
    call.says("Look!")
    call.calls(1, ("t1", "look", "{}"))
    told = {
        wire["event_type"]: wire["properties"] for wire in wires(call.all_effects) if "properties" in wire
    }
    seen_in = told["conversation.perception_tool_call"]
    assert seen_in.pop("tool_call_id", None) == ("c1" if dialect in ("union", "pal") else None)
    assert seen_in == {"modality": "vision", "name": "smiled", "arguments": {}}
    assert told["conversation.tool_call"]["tool_call_id"] == "t1"


def test_whatever_a_layer_tells_is_told_and_replayed() -> None:
    told = RagObservability(properties=Properties.model_validate({"kind": "pdf", "tie": 1}))
    call = Driven()
    effects = call.feed(happens.LayerTold(at=1.0, event=told))
    assert wires(effects)[0]["properties"] == {"kind": "pdf", "tie": 1}
    assert replayed_events(call.log) == [
        effect.event for effect in call.all_effects if isinstance(effect, Broadcast)
    ]
