"""What client programs do (PROTOCOL 6), as they do it."""

from __future__ import annotations

import pytest

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation.effects import Ignore, PlayAudio, SetEmotion, SetSensitivity, Speak, StartInference
from visavis.conversation.inputs import AudioClip, InteractionReceived, SpeechSynthesized, UserTurnEnded
from visavis.protocol import Ignored, parse

RATE = 48_000


def sent(call: Driven, message: dict[str, object]) -> list[object]:
    """A message as it stands on the wire."""
    interaction = parse(message)
    assert not isinstance(interaction, Ignored), interaction.reason
    return list(call.feed(InteractionReceived(at=call.now, participant_id="ann", interaction=interaction)))


def test_audio_comes_faster_than_it_is_heard_and_ends_with_silence() -> None:
    """Pipecat: 100 ms chunks as fast as they are made, then 40 ms of zeros with ``done``."""
    call = Driven()
    for ref in range(1, 31):
        chunk = AudioClip(ref=ref, samples=RATE // 10)
        call.ask("echo", chunk, modality="audio", sample_rate=24_000, inference_id="p1", done=False)
    silence = AudioClip(ref=31, samples=RATE // 25)
    call.ask("echo", silence, modality="audio", sample_rate=24_000, inference_id="p1", done=True)
    played = only(call.all_effects, PlayAudio)
    assert [effect.ref for effect in played] == list(range(1, 32))
    for effect in played:
        samples = silence.samples if effect.ref == silence.ref else RATE // 10
        call.feed(SpeechSynthesized(at=0.0, generation=1, segment=effect.segment, samples=samples))
    call.plays(1, 0.02)
    stopped = event(call.plays(1, 3.04), "replica.stopped_speaking")["properties"]
    assert stopped == {"duration": 3.04, "interrupted": False}


def test_an_interruption_is_followed_by_a_new_id_which_is_heard() -> None:
    call = Driven()
    call.ask("echo", AudioClip(1, RATE), modality="audio", inference_id="p1", done=False)
    call.plays(1, 0.5)
    call.ask("interrupt")
    call.falls_silent(1, 0.5)
    late = call.ask("echo", AudioClip(2, RATE), modality="audio", inference_id="p1", done=False)
    assert only(late, Ignore)
    assert only(
        call.ask("echo", AudioClip(3, RATE), modality="audio", inference_id="p2", done=False), PlayAudio
    )


def test_a_respond_comes_back_as_the_exact_trimmed_text() -> None:
    """An optimistic row of a chat is matched by it."""
    told = event(Driven().ask("respond", text="\n  What  time is it? \t"), "utterance")
    assert told["properties"]["speech"] == "What  time is it?"


def test_the_documents_example_of_an_overwrite_is_a_context_like_any_other() -> None:
    call = Driven(context="It rains.")
    call.ask("overwrite_llm_context", context="[]")
    assert only(call.says("Hello"), StartInference)[0].messages[0]["content"].endswith("[]")


def test_a_tool_result_may_name_its_tool() -> None:
    call = Driven(tools=({"type": "function", "function": {"name": "look"}},))
    call.says("What is the weather?")
    call.calls(1, ("t1", "look", "{}"))
    call.finishes(1)
    assert only(call.ask("tool_result", tool_call_id="t1", output="sun", name="look"), StartInference)


def test_an_emotion_needs_no_conversation_id() -> None:
    """LiveKit's plugin sends it without one."""
    message = {
        "message_type": "conversation",
        "event_type": "conversation.set_emotion",
        "properties": {"emotion": "happiness"},
    }
    assert only(sent(Driven(), message), SetEmotion)


def test_one_sensitivity_leaves_the_other_alone() -> None:
    effects = Driven().ask("sensitivity", participant_pause_sensitivity="high")
    assert only(effects, SetSensitivity) == [SetSensitivity("high", None)]


def test_an_utterance_is_not_cut_however_long_it_is() -> None:
    text = "This is a sentence that is said again. " * 400
    call = Driven()
    call.voices(call.ask("echo", text=text))
    assert event(call.plays(1, 0.1), "utterance")["properties"]["speech"] == text.strip()


@pytest.mark.parametrize("analysis", ["", "  "])
def test_an_analysis_that_says_nothing_is_left_out(analysis: str) -> None:
    call = Driven()
    call.begins()
    ended = UserTurnEnded(
        at=0.0, participant_id="ann", text="Hello", audio_analysis=analysis, visual_analysis=analysis
    )
    assert event(call.feed(ended), "utterance")["properties"] == {"role": "user", "speech": "Hello"}


def test_an_interrupt_has_no_properties_and_no_conversation_id() -> None:
    call = Driven()
    call.speaks(0.6)
    sent(call, {"message_type": "conversation", "event_type": "conversation.interrupt"})
    assert "replica_interrupted" in names(call.falls_silent(1, 0.6))


def test_an_echo_with_the_id_of_a_tool_call_is_an_utterance_of_its_own() -> None:
    """An official sample answers a tool call so; chats must not lose the question's row."""
    call = Driven(tools=({"type": "function", "function": {"name": "look"}},))
    call.says("What is the weather?")
    call.calls(1, ("t1", "look", "{}"))
    call.finishes(1)
    asked = event(call.all_effects, "tool_call")["inference_id"]
    said = call.ask("echo", modality="text", text="It is sunny.", inference_id=asked, done=True)
    assert only(said, Speak)
    call.voices(said)
    told = [wire for wire in wires(call.plays(2, 0.1)) if wire["event_type"] == "conversation.utterance"]
    assert told[0]["inference_id"] != asked
