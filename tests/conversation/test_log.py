"""The log of inputs is the conversation (DESIGN, "One idea")."""

import json

import pytest

from tests.conversation.driving import Driven, wires
from visavis.conversation.inputs import AudioClip
from visavis.conversation.log import KINDS, decode, encode, replay, replayed_events


def eventful() -> Driven:
    tools = tuple({"type": "function", "function": {"name": name}} for name in ("look", "book"))
    call = Driven(greeting="Good day.", tools=tools, api_tools=("book",))
    call.voices(call.effects)
    call.plays(1, 0.1)
    call.plays(1, 1.0)
    call.now = 2.25
    call.begins()
    call.hears("Wie spät")
    call.pauses(silence=0.2)
    call.ends_turn("Wie spät ist es?")
    call.calls(2, ("", "look", "{}"), ("b1", "book", "{}"))
    call.voices(call.writes(2, "Let me look."))
    call.plays(2, 0.6)
    call.answers("b1", "Booked.")
    call.ask("interrupt")
    call.falls_silent(2, 0.6)
    call.ask("echo", AudioClip(1, 4800), modality="audio", inference_id="x", done="true")
    call.ask("sensitivity", participant_pause_sensitivity="low")
    call.fires("heartbeat", 3.0)
    call.ends()
    return call


def test_a_log_replays_to_the_same_events_byte_for_byte() -> None:
    call = eventful()
    original = [json.dumps(wire) for wire in wires(call.all_effects)]
    assert [json.dumps(event.wire()) for event in replayed_events(call.log)] == original


def test_a_log_replays_to_the_same_effects() -> None:
    call = eventful()
    assert list(replay(call.log)) == call.all_effects


def test_an_input_survives_the_log() -> None:
    for line in eventful().log:
        happened = decode(json.loads(line))
        assert encode(happened) == json.loads(line)


def test_every_kind_of_input_has_its_name_in_the_log() -> None:
    assert len(KINDS) == 23
    assert "Started" in KINDS


def test_blank_lines_are_passed_over() -> None:
    assert list(replay(["", "\n"])) == []


@pytest.mark.parametrize("line", ['{"type": "Dance", "at": 0}', '{"at": 0}', '{"type": "EndRequested"}', "{"])
def test_a_line_that_is_no_input_is_an_error(line: str) -> None:
    with pytest.raises(ValueError):
        list(replay([line]))
