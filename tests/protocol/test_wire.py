"""Strict out: what goes on the wire."""

import pytest
from pydantic import TypeAdapter, ValidationError

from visavis.protocol import Event, parse_event
from visavis.protocol.events import (
    ReplicaStartedSpeaking,
    ReplicaStoppedSpeaking,
    ReplicaStoppedSpeakingProperties,
    Shutdown,
    Utterance,
    UtteranceProperties,
)


def test_only_what_was_set_goes_out() -> None:
    event = ReplicaStartedSpeaking(seq=3, conversation_id="c1", inference_id="i", turn_idx=0, timestamp=1.5)
    assert event.wire() == {
        "message_type": "conversation",
        "event_type": "conversation.replica.started_speaking",
        "seq": 3,
        "conversation_id": "c1",
        "inference_id": "i",
        "turn_idx": 0,
        "timestamp": 1.5,
    }


def test_interrupted_is_absent_from_an_utterance_that_was_not() -> None:
    event = Utterance(properties=UtteranceProperties(role="replica", speech="Hello."))
    assert event.wire()["properties"] == {"role": "replica", "speech": "Hello."}


def test_an_unknown_duration_goes_out_as_null() -> None:
    properties = ReplicaStoppedSpeakingProperties(duration=None, interrupted=True)
    assert ReplicaStoppedSpeaking(properties=properties).wire()["properties"] == {
        "duration": None,
        "interrupted": True,
    }


def test_system_events_have_their_own_message_type() -> None:
    assert Shutdown().wire()["message_type"] == "system"


def test_keys_that_a_newer_sender_adds_pass_through() -> None:
    wire = {
        "message_type": "system",
        "event_type": "system.shutdown",
        "seq": 1,
        "properties": {"x": [1]},
        "y": 2,
    }
    assert parse_event(wire).wire() == wire


def test_an_unknown_event_is_an_error_for_its_reader() -> None:
    with pytest.raises(ValidationError):
        parse_event('{"event_type": "conversation.dance"}')


def test_events_have_a_json_schema_with_one_entry_an_event_type() -> None:
    schema = TypeAdapter(Event).json_schema()
    assert len(schema["discriminator"]["mapping"]) == 27
