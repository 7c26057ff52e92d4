"""The event that says how long a reply took, and what for."""

from __future__ import annotations

from tests.conversation.driving import Driven, event, names
from visavis.conversation.latency import KEPT, Stopwatch


def test_a_spoken_turn_is_split_by_layer_and_the_parts_make_the_whole() -> None:
    call = Driven()
    call.begins()
    call.now = 2.0
    call.pauses(silence=0.2)
    call.now = 2.3
    call.ends_turn("Hello there")
    call.now = 2.7
    call.writes(1, "Well", finish=False)
    call.now = 2.9
    clause = call.writes(1, " hello to you. ")
    call.now = 3.0
    call.voices(clause)
    call.now = 3.02
    told = event(call.plays(1, 0.02), "latency")
    assert told["message_type"] == "visavis"
    split = dict(told["properties"])
    assert split == {
        "silence": 0.2,
        "turn": 0.3,
        "floor": 0.0,
        "llm_first_text": 0.4,
        "first_clause": 0.2,
        "synthesis": 0.1,
        "playout": 0.02,
        "total": 1.22,
    }
    assert abs(sum(split.values()) - 2 * split["total"]) < 0.001


def test_speech_that_goes_on_after_a_pause_counts_from_its_last_end() -> None:
    call = Driven()
    call.begins()
    call.now = 1.0
    call.pauses(silence=0.2)
    call.begins()
    call.now = 4.0
    call.pauses(silence=0.2)
    call.ends_turn("Hello")
    call.voices(call.writes(1, "Hello."))
    assert event(call.plays(1, 0.02), "latency")["properties"]["total"] == 0.2


def test_a_typed_turn_counts_from_its_inference() -> None:
    call = Driven()
    call.now = 1.0
    call.ask("respond", text="Hello")
    call.now = 1.5
    call.voices(call.writes(1, "Hello."))
    split = event(call.plays(1, 0.02), "latency")["properties"]
    assert split["total"] == split["llm_first_text"] == 0.5
    assert "silence" not in split


def test_an_echo_has_no_latency_to_tell() -> None:
    call = Driven()
    call.speaks(0.02)
    assert "latency" not in names(call.all_effects)


def test_turns_that_never_come_to_speech_are_forgotten() -> None:
    stopwatch = Stopwatch()
    for number in range(KEPT + 1):
        stopwatch.mark(str(number), "inference_started", 1.0)
    assert stopwatch.read("0") == {}
    assert stopwatch.read("1") == {"total": 0.0}
