"""Coming, staying, leaving and the end (PROTOCOL 1.3, 2.1, 3)."""

import pytest

from tests.conversation.driving import Driven, event, names, only, wires
from visavis.conversation.core import Conversation
from visavis.conversation.effects import (
    CancelInference,
    CancelTimer,
    EndCall,
    Ignore,
    SetTimer,
    Speak,
    StartInference,
    StopPlayout,
)
from visavis.conversation.inputs import ParticipantJoined, Started


def test_everyone_who_joins_is_told_that_the_replica_is_there() -> None:
    call = Driven(joined=False)
    wire = event(call.join("ann"), "replica_joined")
    assert wire["message_type"] == "system"
    assert wire["properties"] == {"replica_id": "r1"}
    assert "turn_idx" not in wire
    assert names(call.join("bob")) == ["replica_joined"]


def test_joining_twice_is_ignored() -> None:
    assert only(Driven().join(), Ignore)


def test_the_heart_beats_once_a_second_without_drift() -> None:
    call = Driven()
    call.now = 1.0
    for attempt in range(1, 4):
        effects = call.fires("heartbeat", attempt + 0.2)
        assert event(effects, "replica_present")["properties"] == {"attempt": attempt}
        assert only(effects, SetTimer) == [SetTimer("heartbeat", attempt + 1.0)]


def test_the_heart_does_not_race_after_a_long_sleep() -> None:
    call = Driven()
    assert only(call.fires("heartbeat", 100.0), SetTimer) == [SetTimer("heartbeat", 101.0)]


def test_the_heart_rests_while_nobody_is_there() -> None:
    call = Driven(participant_left_timeout=60.0)
    assert CancelTimer("heartbeat") in call.leave()
    assert only(call.fires("heartbeat", 1.0), Ignore)


def test_deadlines_are_set_from_the_start() -> None:
    call = Driven(joined=False, max_call_duration=600.0, participant_absent_timeout=30.0)
    assert only(call.effects, SetTimer) == [
        SetTimer("max_call_duration", 600.0),
        SetTimer("participant_absent_timeout", 30.0),
    ]


@pytest.mark.parametrize("name", ["max_call_duration", "participant_absent_timeout"])
def test_a_deadline_ends_the_call_with_its_reason(name: str) -> None:
    call = Driven(joined=False, replica_id="r1234")
    effects = call.fires(name, 3600.0)
    assert event(effects, "shutdown")["properties"] == {
        "replica_id": "r1234",
        "shutdown_reason": f"{name} reached",
        "reason": f"{name} reached",
    }
    assert effects[-1] == EndCall(f"{name} reached")


def test_nobody_is_absent_once_somebody_came() -> None:
    call = Driven()
    assert CancelTimer("participant_absent_timeout") in call.effects
    assert only(call.fires("participant_absent_timeout", 300.0), Ignore)


def test_the_last_to_leave_ends_the_call_at_once_by_default() -> None:
    call = Driven()
    call.join("bob")
    assert not only(call.leave("ann"), EndCall)
    assert only(call.leave("bob"), EndCall) == [EndCall("participant_left_timeout reached")]


def test_the_last_to_leave_may_be_waited_for() -> None:
    call = Driven(participant_left_timeout=5.0)
    call.now = 10.0
    assert SetTimer("participant_left_timeout", 15.0) in call.leave()
    assert CancelTimer("participant_left_timeout") in call.join()
    call.now = 20.0
    call.leave()
    assert only(call.fires("participant_left_timeout", 15.0), Ignore) == only(call.effects, Ignore)
    assert only(call.fires("participant_left_timeout", 25.0), EndCall)


def test_a_timer_that_was_replaced_while_it_fired_does_not_count() -> None:
    call = Driven(participant_left_timeout=5.0)
    call.leave()
    call.join()
    call.now = 3.0
    call.leave()
    assert not only(call.fires("participant_left_timeout", 5.0), EndCall)
    assert only(call.fires("participant_left_timeout", 8.0), EndCall)


def test_the_end_closes_what_is_open_and_nothing_follows_it() -> None:
    call = Driven()
    call.says("Hello")
    call.voices(call.writes(1, "Hello there. How", finish=False))
    call.plays(1, 0.6)
    effects = call.ends()
    assert only(effects, StopPlayout) == [StopPlayout(1)]
    assert only(effects, CancelInference) == [CancelInference(1)]
    assert names(effects) == [
        "utterance",
        "utterance.streaming",
        "replica.stopped_speaking",
        "stopped_speaking",
        "replica_interrupted",
        "shutdown",
    ]
    assert isinstance(effects[-1], EndCall)
    assert call.core.ended
    assert only(call.falls_silent(1, 0.7), Ignore)
    assert names(call.join("bob")) == []


def test_the_end_closes_the_speech_of_users() -> None:
    call = Driven()
    call.begins()
    assert names(call.ends()) == ["user.stopped_speaking", "stopped_speaking", "shutdown"]


def test_events_carry_seq_timestamp_and_conversation_id() -> None:
    call = Driven()
    call.now = 2.5
    call.says("Hello")
    told = wires(call.all_effects)
    assert [wire["seq"] for wire in told] == list(range(1, len(told) + 1))
    assert {wire["conversation_id"] for wire in told} == {"c1"}
    assert told[-1]["timestamp"] == 1_746_000_002.5


def test_time_never_goes_back() -> None:
    call = Driven()
    call.now = 5.0
    call.begins()
    call.now = 1.0
    assert {wire["timestamp"] for wire in wires(call.pauses())} == {1_746_000_005.0}


def test_before_the_start_everything_is_ignored() -> None:
    core = Conversation()
    assert only(core.handle(ParticipantJoined(at=0, participant_id="ann")), Ignore)
    assert core.history == ()
    assert not core.ended


def test_a_second_start_is_ignored() -> None:
    call = Driven()
    assert only(call.feed(Started(at=0, epoch=1.0, seed=1, config=call.config)), Ignore)


def test_who_was_lost_may_come_back_even_if_nobody_is_waited_for() -> None:
    call = Driven()
    call.now = 10.0
    assert SetTimer("participant_left_timeout", 70.0) in call.leave(lost=True)
    assert CancelTimer("participant_left_timeout") in call.join()
    assert only(call.leave(), EndCall) == [EndCall("participant_left_timeout reached")]


def test_nothing_is_said_to_an_emptied_room_and_it_is_said_when_somebody_is_back() -> None:
    call = Driven(participant_left_timeout=60.0)
    call.says("What is the answer?")
    effects = call.leave(lost=True)
    assert only(effects, CancelInference)
    assert not only(call.writes(1, "Forty two."), Speak)
    assert only(call.join(), StartInference)


def test_what_is_being_said_when_the_room_empties_is_cut_there() -> None:
    call = Driven(participant_left_timeout=60.0)
    call.speaks(0.6)
    assert only(call.leave(), StopPlayout)
    call.falls_silent(1, 0.6)
    assert [(entry.text, entry.interrupted) for entry in call.core.history] == [("One", True)]
