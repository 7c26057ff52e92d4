"""Interrupting (PROTOCOL 5.1, 7; DESIGN rules 1 and 2)."""

from tests.conversation.driving import Driven, event, names, only, quiet, wires
from visavis.conversation.effects import CancelInference, Ignore, Speak, StartInference, StopPlayout


def test_an_interruption_stops_at_once_and_tells_once_it_is_silent() -> None:
    call = Driven()
    call.speaks(0.6)
    assert quiet(call.ask("interrupt")) == [StopPlayout(1)]
    effects = call.falls_silent(1, 1.25)
    assert names(effects) == [
        "utterance.streaming",
        "replica.stopped_speaking",
        "stopped_speaking",
        "replica_interrupted",
    ]
    streamed = event(effects, "utterance.streaming")["properties"]
    assert (streamed["speech"], streamed["final"], streamed["is_interrupted"]) == ("One two", True, True)
    assert event(effects, "replica.stopped_speaking")["properties"] == {"duration": 1.25, "interrupted": True}


def test_an_utterance_that_is_still_owed_says_that_it_was_interrupted() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello there. How", finish=False))
    call.plays(1, 0.6)
    effects = call.ask("interrupt")
    assert only(effects, StopPlayout) == [StopPlayout(1)]
    assert only(effects, CancelInference) == [CancelInference(1)]
    effects = call.falls_silent(1, 0.6)
    assert names(effects)[0] == "utterance"
    assert event(effects, "utterance")["properties"] == {
        "role": "replica",
        "speech": "Hello there. How",
        "interrupted": True,
    }


def test_the_llm_knows_what_was_heard_and_that_it_was_cut() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("interrupt")
    call.falls_silent(1, 0.6)
    (inference,) = only(call.says("Sorry?"), StartInference)
    assert [message["role"] for message in inference.messages] == ["system", "assistant", "system", "user"]
    assert inference.messages[1]["content"] == "One"
    assert "interrupted" in inference.messages[2]["content"]


def test_thinking_is_cancelled_without_a_word() -> None:
    call = Driven()
    call.says("Hello")
    assert quiet(call.ask("interrupt")) == [CancelInference(1)]
    assert [entry.role for entry in call.core.history] == ["user"]


def test_what_was_handed_out_but_not_heard_leaves_no_trace() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two."))
    call.ask("interrupt")
    assert names(call.falls_silent(1, 0.0)) == []
    assert call.core.history == ()


def test_samples_that_left_before_the_stop_are_told() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two."))
    call.ask("interrupt")
    assert names(call.falls_silent(1, 0.5)) == [
        "replica.started_speaking",
        "started_speaking",
        "utterance",
        "utterance.streaming",
        "replica.stopped_speaking",
        "stopped_speaking",
        "replica_interrupted",
    ]


def test_nothing_of_it_is_told_between_the_stop_and_its_answer() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("interrupt")
    assert names(call.plays(1, 1.1)) == []


def test_everything_that_waits_is_dropped() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("echo", text="More.")
    call.ask("respond", text="Hello")
    call.ask("interrupt")
    effects = call.falls_silent(1, 0.6)
    assert not only(effects, Speak)
    assert not only(effects, StartInference)
    assert [wire["turn_idx"] for wire in wires(effects)] == [0, 0, 0, 0, 0]


def test_what_comes_after_an_interruption_is_said() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("interrupt")
    assert not only(call.ask("echo", text="Next."), Speak)
    assert only(call.falls_silent(1, 0.6), Speak) == [Speak(2, 0, "Next.")]


def test_there_is_nothing_to_interrupt_twice_or_in_silence() -> None:
    call = Driven()
    assert only(call.ask("interrupt"), Ignore)
    call.speaks(0.6)
    call.ask("interrupt")
    assert only(call.ask("interrupt"), Ignore)
    call.falls_silent(1, 0.6)
    assert only(call.ask("interrupt"), Ignore)


def test_barging_in_drops_echoes_that_wait_but_no_turn_of_a_user() -> None:
    call = Driven()
    call.speaks(0.6)
    call.ask("echo", text="More.")
    call.ask("respond", text="Hello")
    call.begins()
    effects = call.falls_silent(1, 0.6)
    assert not only(effects, Speak)
    assert event(effects, "utterance")["properties"]["speech"] == "Hello"


def test_a_stop_that_was_not_asked_for_is_ignored() -> None:
    call = Driven()
    call.speaks(0.6)
    assert only(call.falls_silent(1, 0.6), Ignore)
    assert names(call.plays(1, 2.0))[-1] == "stopped_speaking"


def test_the_history_keeps_the_note_only_for_the_last_interruption() -> None:
    call = Driven()
    for number in (1, 2):
        call.voices(call.ask("echo", text="One two three."))
        call.plays(number, 0.6)
        call.ask("interrupt")
        call.falls_silent(number, 0.6)
    (inference,) = only(call.says("Sorry?"), StartInference)
    assert [message["role"] for message in inference.messages] == ["system", "assistant", "system", "user"]
    assert inference.messages[1]["content"] == "One One"
