"""How the replica speaks, and what is told about it (PROTOCOL 5.2, 7)."""

import pytest

from tests.conversation.driving import RATE, Driven, event, names, only, wires
from visavis.conversation.effects import SetActivity, Speak
from visavis.conversation.inputs import InferenceFailed, SpeechFailed, SpeechSynthesized, WordMark


def test_a_reply_is_handed_out_clause_by_clause_while_it_is_written() -> None:
    call = Driven()
    call.says("Hello")
    assert only(call.writes(1, "Hello, I am ", finish=False), Speak) == []
    assert only(call.writes(1, "here; what ", finish=False), Speak) == [Speak(1, 0, "Hello, I am here;")]
    assert only(call.writes(1, "now?"), Speak) == [Speak(1, 1, "what now?")]


def test_nothing_is_told_before_the_first_sample_has_left() -> None:
    call = Driven()
    call.says("Hello")
    assert names(call.voices(call.writes(1, "Hello to you."))) == []
    assert names(call.plays(1, 0.0)) == []
    assert names(call.plays(1, 0.02)) == [
        "replica.started_speaking",
        "started_speaking",
        "utterance",
        "latency",
    ]


def test_the_utterance_waits_for_the_llm_to_finish() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello there. How", finish=False))
    assert names(call.plays(1, 0.02)) == ["replica.started_speaking", "started_speaking", "latency"]
    call.writes(1, " are you?", finish=False)
    assert event(call.finishes(1), "utterance")["properties"] == {
        "role": "replica",
        "speech": "Hello there. How are you?",
    }


def test_what_is_heard_streams_word_by_word_but_not_more_often_than_every_200_ms() -> None:
    call = Driven()
    call.speaks(0.02)
    told = []
    for step in range(1, 99):
        told += [
            wire["properties"]
            for wire in wires(call.plays(1, 0.02 * step))
            if wire["event_type"] == "conversation.utterance.streaming"
        ]
    assert [one["speech"] for one in told] == ["One", "One two", "One two three"]
    assert [one["content_index"] for one in told] == [0, 1, 2]
    assert not any(one["final"] for one in told)


def test_words_that_come_thick_are_told_together() -> None:
    call = Driven()
    assert only(call.ask("echo", text="a b c d e f g h i j"), Speak)
    words = tuple(WordMark(2 * n + 1, (n + 1) * RATE // 20) for n in range(10))
    call.feed(SpeechSynthesized(at=0, generation=1, segment=0, samples=RATE // 2, words=words))
    told = []
    for step in range(1, 25):
        told += [
            wire for wire in wires(call.plays(1, 0.02 * step)) if wire["event_type"].endswith("streaming")
        ]
    assert [wire["properties"]["speech"] for wire in told] == ["a b c d", "a b c d e f g h"]


def test_a_natural_end_is_told_in_the_documented_order() -> None:
    call = Driven()
    call.speaks(0.1)
    effects = call.plays(1, 2.0)
    assert names(effects) == ["utterance.streaming", "replica.stopped_speaking", "stopped_speaking"]
    assert event(effects, "utterance.streaming")["properties"] == {
        "role": "replica",
        "speech": "One two three four.",
        "content_index": 0,
        "final": True,
        "is_interrupted": False,
    }
    assert event(effects, "replica.stopped_speaking")["properties"] == {"duration": 2.0, "interrupted": False}
    assert event(effects, "stopped_speaking")["properties"] == {
        "role": "replica",
        "interrupted": False,
        "duration": 2.0,
    }
    assert [entry.text for entry in call.core.history] == ["One two three four."]


def test_a_gap_while_the_llm_writes_does_not_end_the_utterance() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Well. Let", finish=False))
    call.plays(1, 0.1)
    assert "replica.stopped_speaking" not in names(call.plays(1, 0.5))
    call.voices(call.writes(1, " me see."))
    assert names(call.plays(1, 2.0))[-1] == "stopped_speaking"


def test_an_end_of_the_llm_after_the_last_sample_ends_the_utterance() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Well. ", finish=False))
    call.plays(1, 0.5)
    assert names(call.finishes(1)) == [
        "utterance",
        "utterance.streaming",
        "replica.stopped_speaking",
        "stopped_speaking",
    ]


def test_a_segment_that_cannot_be_spoken_is_told_once_and_never_heard() -> None:
    call = Driven()
    call.ask("echo", text="One. Two. Three.")
    failed = call.feed(SpeechFailed(at=0, generation=1, segment=0, reason="broken"))
    assert event(failed, "layer_failed")["properties"] == {"layer": "tts", "reason": "broken"}
    assert names(call.feed(SpeechFailed(at=0, generation=1, segment=1, reason="broken"))) == []
    call.synthesizes(1, 2, "Three.")
    effects = call.plays(1, 0.5)
    assert event(effects, "utterance.streaming")["properties"]["speech"] == "Three."
    assert event(effects, "utterance")["properties"]["speech"] == "One. Two. Three."


def test_an_utterance_of_which_nothing_can_be_spoken_is_silent_and_forgotten() -> None:
    call = Driven()
    call.ask("echo", text="One.")
    assert names(call.feed(SpeechFailed(at=0, generation=1, segment=0, reason="broken"))) == ["layer_failed"]
    assert call.core.history == ()
    assert only(call.ask("echo", text="Two."), Speak) == [Speak(2, 0, "Two.")]


def test_a_failing_llm_is_told_and_what_it_said_stands() -> None:
    call = Driven()
    call.says("Hello")
    call.writes(1, "Well, I", finish=False)
    effects = call.feed(InferenceFailed(at=0, generation=1, reason="timed out"))
    assert event(effects, "layer_failed")["properties"] == {"layer": "llm", "reason": "timed out"}
    assert only(effects, Speak) == [Speak(1, 0, "Well, I")]


def test_a_reply_without_a_word_is_told_as_a_failure() -> None:
    call = Driven()
    call.says("Hello")
    assert event(call.finishes(1), "layer_failed")["properties"]["layer"] == "llm"


@pytest.mark.parametrize("generation", [0, -1, 99])
def test_news_of_a_generation_that_never_was_is_ignored(generation: int) -> None:
    call = Driven()
    call.speaks(0.1)
    assert names(call.plays(generation, 1.0)) == []
    assert names(call.falls_silent(generation)) == []


def test_late_news_of_a_generation_that_is_over_changes_nothing() -> None:
    call = Driven()
    call.says("Hello")
    call.begins()
    for effects in (call.writes(1, "late."), call.plays(1, 1.0), call.falls_silent(1, 1.0)):
        assert names(effects) == []


def test_the_replicas_looks_follow_the_call() -> None:
    call = Driven()
    call.now = 1.0
    call.says("Hello")
    call.voices(call.writes(1, "Hello to you."))
    call.plays(1, 0.1)
    call.plays(1, 1.5)
    call.fires("idle", 16.0)
    shown = [effect.activity for effect in only(call.all_effects, SetActivity)]
    assert shown == ["idle", "listening", "thinking", "speaking", "listening", "idle"]


def test_what_has_no_sound_is_told_as_a_failure() -> None:
    call = Driven()
    call.ask("respond", text="Hello")
    call.writes(1, "👍")
    effects = call.feed(SpeechSynthesized(at=0.0, generation=1, segment=0, samples=0, words=()))
    failed = event(effects, "layer_failed")["properties"]
    assert failed == {"layer": "tts", "reason": "nothing of it can be spoken"}
