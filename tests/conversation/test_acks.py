"""Interactions that carry an ``event_id`` are answered (extension)."""

from typing import Any

from tests.conversation.driving import Driven, names, wires
from visavis.conversation import inputs as happens
from visavis.conversation.effects import Effect
from visavis.protocol import Ignored, parse

EPOCH = 1_746_000_000.0


def asks(call: Driven, kind: str, event_id: str = "e1", **properties: Any) -> list[Effect]:
    message = {"event_type": f"conversation.{kind}", "event_id": event_id, "properties": properties}
    interaction = parse(message)
    assert not isinstance(interaction, Ignored)
    return call.feed(happens.InteractionReceived(at=call.now, participant_id="ann", interaction=interaction))


def acks(effects: list[Effect]) -> list[dict[str, Any]]:
    return [wire["properties"] for wire in wires(effects) if wire["event_type"] == "visavis.ack"]


def ack(accepted: bool, reason: str | None, applied_at: float | None) -> dict[str, Any]:
    return {"event_id": "e1", "accepted": accepted, "reason": reason, "applied_at": applied_at}


def test_what_takes_effect_at_once_says_when() -> None:
    call = Driven()
    call.now = 2.5
    assert acks(asks(call, "append_llm_context", context="It rains.")) == [ack(True, None, EPOCH + 2.5)]


def test_what_waits_for_the_floor_says_so_at_once() -> None:
    call = Driven()
    call.speaks(0.5)
    assert acks(asks(call, "respond", text="Hello")) == [ack(True, "queued", None)]


def test_what_gets_the_floor_is_answered_behind_what_it_causes() -> None:
    call = Driven()
    assert names(asks(call, "respond", text="Hello")) == ["utterance", "ack"]
    assert acks(call.effects) == [ack(True, None, EPOCH)]


def test_what_has_no_effect_says_why() -> None:
    call = Driven()
    assert acks(asks(call, "respond", text=" ")) == [ack(False, "respond: no text", None)]
    assert acks(asks(call, "interrupt")) == [ack(False, "interrupt: nothing to interrupt", None)]


def test_what_is_not_understood_is_refused() -> None:
    call = Driven()
    refused = happens.InteractionRefused(
        at=0.0, participant_id="ann", event_id="e1", reason="unknown event_type"
    )
    assert acks(call.feed(refused)) == [ack(False, "unknown event_type", None)]


def test_an_interrupt_is_answered_when_it_is_silent() -> None:
    call = Driven()
    call.speaks(0.6)
    assert not acks(asks(call, "interrupt"))
    call.now = 0.7
    assert names(call.falls_silent(1, 0.6))[-2:] == ["replica_interrupted", "ack"]
    assert acks(call.effects) == [ack(True, None, EPOCH + 0.7)]


def test_an_interrupt_of_a_thought_says_that_nothing_had_been_heard() -> None:
    call = Driven()
    call.ask("respond", text="Hello")
    assert acks(asks(call, "interrupt")) == [ack(True, "nothing had been heard", EPOCH)]


def test_a_second_interrupt_before_the_silence_is_refused() -> None:
    call = Driven()
    call.speaks(0.6)
    asks(call, "interrupt")
    assert acks(asks(call, "interrupt", event_id="e2"))[0]["accepted"] is False


def test_an_end_before_the_silence_answers_first() -> None:
    call = Driven()
    call.speaks(0.6)
    asks(call, "interrupt")
    assert names(call.ends())[-2:] == ["ack", "shutdown"]


def test_what_an_interrupt_drops_is_answered_again() -> None:
    call = Driven()
    call.speaks(0.6)
    asks(call, "echo", event_id="said next", text="Next.")
    asks(call, "respond", event_id="asked next", text="Hello")
    call.ask("interrupt")
    again = acks(call.effects) + acks(call.falls_silent(1, 0.6))
    assert [(one["event_id"], one["accepted"], one["reason"]) for one in again] == [
        ("said next", False, "dropped before it was heard"),
        ("asked next", False, "dropped before it was heard"),
    ]


def test_what_is_cut_before_it_is_heard_is_answered_again_when_that_is_known() -> None:
    call = Driven()
    asks(call, "echo", text="One two three.")
    call.ask("interrupt")
    assert not acks(call.effects)
    assert acks(call.falls_silent(1, 0.0)) == [ack(False, "dropped before it was heard", None)]


def test_what_was_heard_in_part_is_not_answered_again() -> None:
    call = Driven()
    asks(call, "echo", text="One two three.")
    call.ask("interrupt")
    assert not acks(call.falls_silent(1, 0.3))


def test_a_thought_that_is_interrupted_is_answered_again() -> None:
    call = Driven()
    asks(call, "respond", text="Hello")
    call.ask("interrupt")
    assert acks(call.effects) == [ack(False, "dropped before it was heard", None)]


def test_each_chunk_of_an_echo_has_its_own_answer() -> None:
    call = Driven()
    told = [
        acks(asks(call, "echo", event_id=f"e{n}", text="One ", inference_id="x", done=n == 2))
        for n in range(3)
    ]
    assert [[one["event_id"] for one in answers] for answers in told] == [["e0"], ["e1"], ["e2"]]


def test_without_an_event_id_nothing_is_answered() -> None:
    call = Driven()
    assert not acks(call.ask("append_llm_context", context="It rains."))


def test_whether_it_was_heard_is_known_with_the_silence() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two three four."))
    asks(call, "interrupt")
    assert acks(call.falls_silent(1, 0.6)) == [ack(True, None, EPOCH)]


def test_an_interrupt_of_what_a_user_has_cut_is_answered_with_the_silence() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("respond", text="Hello")
    call.begins()
    assert not acks(asks(call, "interrupt"))
    assert acks(call.falls_silent(1, 0.6)) == [ack(True, None, EPOCH)]


def test_an_interrupt_during_the_greeting_says_that_it_goes_on() -> None:
    call = Driven(greeting="Hello and welcome.")
    call.voices(call.effects)
    call.plays(1, 0.2)
    call.ask("echo", text="Next.")
    assert acks(asks(call, "interrupt")) == [ack(True, "the greeting goes on; what waited is dropped", EPOCH)]
