"""A user's turn, spoken or typed (PROTOCOL 5.1, 5.2)."""

import json

from tests.conversation.driving import Driven, event, names, only, quiet, wires
from visavis.conversation import guardrails
from visavis.conversation.effects import CancelInference, Ignore, StartInference, StopPlayout
from visavis.conversation.inputs import Guardrail


def test_a_spoken_turn_is_told_in_the_documented_order() -> None:
    call = Driven()
    before = len(call.all_effects)
    call.begins()
    call.hears("What")
    call.hears("What time")
    call.now = 2.0
    call.pauses(silence=0.5)
    call.ends_turn("What time is it?")
    effects = call.all_effects[before:]
    assert names(effects) == [
        "user.started_speaking",
        "started_speaking",
        "utterance.streaming",
        "utterance.streaming",
        "user.stopped_speaking",
        "stopped_speaking",
        "utterance.streaming",
        "utterance",
    ]
    streamed = [wire["properties"] for wire in wires(effects) if wire["event_type"].endswith(".streaming")]
    assert [one["content_index"] for one in streamed] == [0, 1, 2]
    assert [one["final"] for one in streamed] == [False, False, True]
    assert event(effects, "stopped_speaking")["properties"] == {
        "role": "user",
        "interrupted": False,
        "duration": 1.5,
    }
    assert event(effects, "utterance")["properties"] == {"role": "user", "speech": "What time is it?"}


def test_everything_of_a_turn_shares_its_id_and_index() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello to you."))
    call.plays(1, 0.1)
    call.plays(1, 1.5)
    tied = [wire for wire in wires(call.all_effects) if wire["message_type"] == "conversation"]
    assert {wire["turn_idx"] for wire in tied} == {1}
    assert len({wire["inference_id"] for wire in tied}) == 1


def test_speech_that_is_still_on_at_the_end_of_its_turn_is_closed_before_the_utterance() -> None:
    call = Driven()
    call.begins()
    effects = call.ends_turn("Hello")
    assert names(effects) == ["utterance.streaming", "user.stopped_speaking", "stopped_speaking", "utterance"]


def test_a_transcript_that_did_not_change_is_not_told_again() -> None:
    call = Driven()
    call.begins()
    assert names(call.hears("Hello")) == ["utterance.streaming"]
    assert quiet(call.hears("Hello ")) == []


def test_a_pause_within_a_turn_opens_and_closes_speech_again_with_the_same_id() -> None:
    call = Driven()
    first = event(call.begins(), "user.started_speaking")
    call.pauses()
    again = event(call.begins(), "user.started_speaking")
    assert first["inference_id"] == again["inference_id"]
    assert quiet(call.begins()) == []


def test_a_turn_without_words_leaves_no_trace() -> None:
    call = Driven()
    call.begins()
    effects = call.ends_turn("  ")
    assert names(effects) == ["user.stopped_speaking", "stopped_speaking"]
    assert not only(effects, StartInference)
    assert call.core.history == ()


def test_words_that_turn_out_to_be_none_are_taken_back() -> None:
    call = Driven()
    call.begins()
    call.hears("Hm")
    call.pauses()
    properties = event(call.ends_turn(""), "utterance.streaming")["properties"]
    assert (properties["speech"], properties["final"]) == ("", True)


def test_the_llm_is_asked_with_all_that_was_said() -> None:
    call = Driven(context="It is noon.")
    (inference,) = only(call.says("What time is it?"), StartInference)
    assert list(inference.messages) == [
        {"role": "system", "content": "Be kind.\n\nIt is noon."},
        {"role": "user", "content": "What time is it?"},
    ]


def test_speech_stops_a_replica_that_speaks() -> None:
    call = Driven()
    call.speaks(0.6)
    effects = call.begins()
    assert only(effects, StopPlayout) == [StopPlayout(1)]
    effects = call.falls_silent(1, 0.7)
    assert names(effects) == [
        "utterance.streaming",
        "replica.stopped_speaking",
        "stopped_speaking",
        "replica_interrupted",
    ]
    assert call.core.history[0].text == "One"
    assert call.core.history[0].interrupted


def test_speech_cancels_a_replica_that_thinks() -> None:
    call = Driven()
    call.says("Hello")
    assert only(call.begins(), CancelInference) == [CancelInference(1)]
    (inference,) = only(call.ends_turn("Are you there?"), StartInference)
    assert inference.messages[-1] == {"role": "user", "content": "Hello\nAre you there?"}


def test_a_noise_while_the_replica_thinks_does_not_eat_the_answer() -> None:
    call = Driven()
    asked = event(call.says("Hello"), "utterance")
    call.begins()
    (inference,) = only(call.ends_turn(""), StartInference)
    assert inference.generation == 2
    call.voices(call.writes(2, "Hello to you."))
    assert event(call.plays(2, 0.1), "utterance")["inference_id"] == asked["inference_id"]


def test_a_noise_does_not_bring_back_what_was_interrupted_on_purpose() -> None:
    call = Driven()
    call.says("Hello")
    call.begins()
    call.ask("interrupt")
    assert not only(call.ends_turn(""), StartInference)


def test_a_second_speaker_is_committed_at_once_and_answered_when_the_floor_is_free() -> None:
    call = Driven()
    call.join("bob")
    call.begins("bob")
    call.says("Hello", "ann")
    effects = call.ends_turn("Me too", "bob")
    assert event(effects, "utterance")["turn_idx"] == 2
    assert not only(effects, StartInference)
    call.voices(call.writes(1, "Hi."))
    call.plays(1, 0.1)
    (inference,) = only(call.plays(1, 0.5), StartInference)
    assert [message["content"] for message in inference.messages] == ["Be kind.", "Hello", "Hi.", "Me too"]


def test_a_typed_turn_begins_with_the_users_utterance() -> None:
    call = Driven()
    effects = call.ask("respond", text="  Hello ")
    assert names(effects) == ["utterance"]
    wire = event(effects, "utterance")
    assert (wire["turn_idx"], wire["properties"]["speech"]) == (1, "Hello")
    assert only(effects, StartInference)[0].generation == 1


def test_a_typed_turn_waits_for_the_end_of_what_is_said() -> None:
    call = Driven()
    call.speaks(0.6)
    assert quiet(call.ask("respond", text="Hello")) == []
    effects = call.plays(1, 2.0)
    assert names(effects)[-2:] == ["stopped_speaking", "utterance"]
    assert event(effects, "utterance")["turn_idx"] == 1
    assert only(effects, StartInference)[0].generation == 2


def test_a_typed_turn_may_cut_in() -> None:
    call = Driven()
    call.speaks(0.6)
    effects = call.ask("respond", text="Hello", interrupt=True)
    assert only(effects, StopPlayout) == [StopPlayout(1)]
    assert only(call.falls_silent(1, 0.6), StartInference)[0].generation == 2


def test_two_typed_turns_are_answered_one_after_the_other() -> None:
    call = Driven()
    call.ask("respond", text="One")
    call.ask("respond", text="Two")
    call.voices(call.writes(1, "First."))
    call.plays(1, 0.1)
    effects = call.plays(1, 0.5)
    assert event(effects, "utterance")["properties"]["speech"] == "Two"


def test_an_empty_typed_turn_is_ignored() -> None:
    assert only(Driven().ask("respond", text=" "), Ignore)


def test_in_echo_mode_nobody_is_heard_and_nothing_is_answered() -> None:
    call = Driven(pipeline_mode="echo")
    assert only(call.begins(), Ignore)
    assert only(call.ask("respond", text="Hello"), Ignore)
    assert wires(call.effects) == []


def test_a_user_who_leaves_in_the_middle_of_a_word_closes_speech() -> None:
    call = Driven(participant_left_timeout=5.0)
    call.begins()
    assert names(call.leave()) == ["user.stopped_speaking", "stopped_speaking"]


def test_speech_of_somebody_who_is_not_here_is_ignored() -> None:
    assert only(Driven().begins("nobody"), Ignore)


def test_a_noise_whose_maker_leaves_does_not_eat_the_answer_of_another() -> None:
    call = Driven()
    call.join("bob")
    call.ask("respond", text="Hello")
    call.begins("bob")
    assert only(call.leave("bob"), StartInference)


def test_a_noise_does_not_eat_an_answer_that_is_not_known_yet_to_be_unheard() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello to you."))
    call.begins()
    call.pauses()
    assert not only(call.ends_turn(""), StartInference)
    assert only(call.falls_silent(1, 0.0), StartInference)


def test_an_answer_that_was_heard_before_a_noise_cut_it_is_not_given_again() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello to you."))
    call.begins()
    call.ends_turn("")
    assert not only(call.falls_silent(1, 0.6), StartInference)


def test_a_noise_does_not_eat_an_answer_because_a_guardrail_was_reported_with_it() -> None:
    rude = Guardrail(name="rude", uuid="g1", prompt="Never be rude.")
    call = Driven(guardrails=(rude,))
    call.says("Hello")
    call.calls(1, ("t1", guardrails.TOOL, json.dumps({"guardrail": "rude", "reason": "x"})))
    call.writes(1, "I can not do that.")
    call.begins()
    call.falls_silent(1, 0.0)
    assert only(call.ends_turn(""), StartInference)
