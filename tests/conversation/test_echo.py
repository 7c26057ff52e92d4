"""Echoes: whole or in chunks, text or audio (PROTOCOL 1.2, 5.1, 5.3)."""

import hashlib
import uuid

from tests.conversation.driving import RATE, Driven, event, names, only, quiet, wires
from visavis.conversation.effects import DropClip, Ignore, PlayAudio, SetTimer, Speak, StartInference
from visavis.conversation.generation import MOST_CHARACTERS
from visavis.conversation.inputs import AudioClip, SpeechSynthesized


def played(call: Driven, generation: int, segment: int, seconds: float) -> None:
    samples = round(seconds * RATE)
    call.feed(SpeechSynthesized(at=call.now, generation=generation, segment=segment, samples=samples))


def clip(ref: int) -> AudioClip:
    return AudioClip(ref=ref, samples=RATE // 10)


def test_the_oldest_form_with_text_alone_is_said() -> None:
    assert only(Driven().ask("echo", text="Hello."), Speak) == [Speak(1, 0, "Hello.")]


def test_every_field_at_once_is_text() -> None:
    call = Driven()
    effects = call.ask(
        "echo", modality="text", text="Hello.", audio="", sample_rate=24000, inference_id="x", done=True
    )
    assert only(effects, Speak) == [Speak(1, 0, "Hello.")]


def test_events_carry_the_md5_uuid_of_the_clients_id() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="Hello.", inference_id="x"))
    expected = str(uuid.UUID(hashlib.md5(b"x").hexdigest()))
    assert {wire["inference_id"] for wire in wires(call.plays(1, 0.1))} == {expected}


def test_tags_are_neither_spoken_nor_told() -> None:
    call = Driven()
    (speak,) = only(call.ask("echo", text='<emotion value="excited"/> Hello *you*.'), Speak)
    assert speak.text == "Hello *you*."


def test_the_whole_text_is_told_when_it_begins_to_be_heard() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="Hello. Goodbye."))
    assert names(call.plays(1, 0.1)) == ["replica.started_speaking", "started_speaking", "utterance"]


def test_text_chunks_of_one_id_are_one_utterance() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="Hello there. How", inference_id="x", done=False))
    assert names(call.plays(1, 0.1)) == ["replica.started_speaking", "started_speaking"]
    effects = call.ask("echo", text=" are you?", inference_id="x", done=True)
    assert event(effects, "utterance")["properties"]["speech"] == "Hello there. How are you?"
    assert only(effects, Speak) == [Speak(1, 1, "How are you?")]


def test_a_different_id_is_the_next_utterance() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One.", inference_id="x"))
    assert quiet(call.ask("echo", text="Two.", inference_id="y")) == []
    call.plays(1, 0.1)
    assert only(call.plays(1, 0.5), Speak) == [Speak(2, 0, "Two.")]


def test_an_id_may_be_used_again_once_its_utterance_is_done() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One.", inference_id="x"))
    call.ask("echo", text="Two.", inference_id="x")
    call.plays(1, 0.1)
    assert only(call.plays(1, 0.5), Speak) == [Speak(2, 0, "Two.")]


def test_echoed_text_is_the_replicas_in_the_history() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two."))
    call.plays(1, 0.1)
    call.plays(1, 1.0)
    assert [(entry.role, entry.text) for entry in call.core.history] == [("assistant", "One two.")]


def test_an_echo_belongs_to_the_current_turn() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hi."))
    call.plays(1, 0.1)
    call.voices(call.ask("echo", text="More."))
    call.plays(1, 0.5)
    call.voices([Speak(2, 0, "More.")])
    assert {wire["turn_idx"] for wire in wires(call.plays(2, 0.1))} == {1}


def test_audio_is_played_with_speaking_events_and_no_words() -> None:
    call = Driven()
    effects = call.ask("echo", clip(1), modality="audio", inference_id="x", done=True)
    assert only(effects, PlayAudio) == [PlayAudio(1, 0, 1)]
    played(call, 1, 0, 0.1)
    assert names(call.plays(1, 0.02)) == ["replica.started_speaking", "started_speaking"]
    assert names(call.plays(1, 0.1)) == ["replica.stopped_speaking", "stopped_speaking"]
    assert call.core.history == ()


def test_audio_without_modality_and_text_is_audio() -> None:
    assert only(Driven().ask("echo", clip(1), audio=""), PlayAudio) == [PlayAudio(1, 0, 1)]


def test_a_gap_between_audio_chunks_does_not_end_the_utterance() -> None:
    call = Driven()
    call.ask("echo", clip(1), modality="audio", inference_id="x")
    played(call, 1, 0, 0.1)
    call.plays(1, 0.02)
    assert names(call.plays(1, 0.1)) == []
    assert only(call.ask("echo", clip(2), modality="audio", inference_id="x"), PlayAudio) == [
        PlayAudio(1, 1, 2)
    ]
    played(call, 1, 1, 0.1)
    assert names(call.plays(1, 0.2)) == []
    call.ask("echo", modality="audio", inference_id="x", done=True)
    assert "replica.stopped_speaking" in names(call.effects)


def test_ten_seconds_without_a_chunk_end_the_utterance() -> None:
    call = Driven()
    call.now = 3.0
    effects = call.ask("echo", clip(1), modality="audio", inference_id="x")
    (timer,) = [timer for timer in only(effects, SetTimer) if timer.name.startswith("echo")]
    assert timer.at == 13.0
    played(call, 1, 0, 0.1)
    call.plays(1, 0.1)
    assert names(call.fires(timer.name, timer.at)) == ["replica.stopped_speaking", "stopped_speaking"]


def test_chunks_of_an_interrupted_echo_are_ignored_until_its_end() -> None:
    call = Driven()
    call.ask("echo", clip(1), modality="audio", inference_id="x")
    played(call, 1, 0, 0.1)
    call.plays(1, 0.02)
    call.ask("interrupt")
    call.falls_silent(1, 0.02)
    late = call.ask("echo", clip(2), modality="audio", inference_id="x")
    assert only(late, Ignore)
    assert only(late, DropClip) == [DropClip(2)]
    assert only(call.ask("echo", clip(3), modality="audio", inference_id="x", done=True), Ignore)
    again = call.ask("echo", clip(4), modality="audio", inference_id="x")
    assert only(again, PlayAudio) == [PlayAudio(2, 0, 4)]


def test_clips_of_an_echo_that_is_dropped_while_it_waits_are_let_go() -> None:
    call = Driven()
    call.speaks(0.1)
    call.ask("echo", clip(1), modality="audio", inference_id="x")
    call.ask("echo", clip(2), modality="audio", inference_id="x")
    assert only(call.ask("interrupt"), DropClip) == [DropClip(1), DropClip(2)]


def test_chunks_without_an_id_continue_the_senders_open_echo() -> None:
    call = Driven()
    call.ask("echo", clip(1), modality="audio")
    assert only(call.ask("echo", clip(2), modality="audio"), PlayAudio) == [PlayAudio(1, 1, 2)]
    assert only(call.ask("echo", clip(3), who="bob", modality="audio"), PlayAudio) == []


def test_an_echo_with_nothing_in_it_is_ignored() -> None:
    assert only(Driven().ask("echo", text=" "), Ignore)
    assert only(Driven().ask("echo", modality="audio", text="x"), Ignore)


def test_an_echo_that_turns_out_to_be_empty_lets_the_next_one_speak() -> None:
    call = Driven()
    call.speaks(0.1)
    call.ask("echo", text="<b>", inference_id="x", done=False)
    call.ask("echo", text="</b>", inference_id="x", done=True)
    call.ask("echo", text="Next.")
    assert only(call.plays(1, 2.0), Speak) == [Speak(2, 0, "Next.")]


def test_an_echo_before_anybody_is_there_waits_for_them() -> None:
    call = Driven(joined=False)
    assert not only(call.ask("echo", text="Hello.", who=None), Speak)
    assert only(call.join(), Speak) == [Speak(1, 0, "Hello.")]


def test_more_than_a_hundred_waiting_utterances_are_refused() -> None:
    call = Driven()
    for _ in range(101):
        call.ask("echo", text="Hello.")
    assert not only(call.effects, Ignore)
    assert only(call.ask("echo", text="Hello."), Ignore)


def test_echoes_need_no_llm() -> None:
    call = Driven(pipeline_mode="echo")
    assert only(call.ask("echo", text="Hello."), Speak)
    assert not only(call.all_effects, StartInference)


def test_an_utterance_that_grows_without_end_is_cut_off() -> None:
    call = Driven()
    call.ask("echo", text="a" * MOST_CHARACTERS, inference_id="x", done=False)
    effects = call.ask("echo", text="b", inference_id="x", done=True)
    assert only(effects, Ignore) == [Ignore("echo: the utterance is too long")]
    assert not any("b" in speak.text for speak in only(effects, Speak))


def test_a_chunk_long_after_the_cut_begins_anew() -> None:
    call = Driven()
    call.voices(call.ask("echo", text="One two three ", inference_id="x", done=False))
    call.plays(1, 0.6)
    call.ask("interrupt")
    call.falls_silent(1, 0.6)
    call.now = 5.0
    assert only(call.ask("echo", text="four ", inference_id="x", done=False), Ignore)
    call.now = 14.0
    assert only(call.ask("echo", text="five ", inference_id="x", done=False), Ignore)
    call.now = 25.0
    assert [speak.text for speak in only(call.ask("echo", text="Anew.", inference_id="x"), Speak)] == [
        "Anew."
    ]
