"""The greeting (PROTOCOL 5.1)."""

from tests.conversation.driving import Driven, event, names, only, quiet, wires
from visavis.conversation.effects import Ignore, Speak, StopPlayout


def greeted() -> Driven:
    call = Driven(greeting="Good day to you.")
    call.voices(call.effects)
    call.plays(1, 0.1)
    return call


def test_the_first_to_come_is_greeted_and_no_other() -> None:
    call = Driven(joined=False, greeting="Good day.")
    assert not only(call.all_effects, Speak)
    assert only(call.join("ann"), Speak) == [Speak(1, 0, "Good day.")]
    assert not only(call.join("bob"), Speak)


def test_it_is_turn_0_and_told_as_soon_as_it_is_heard() -> None:
    call = greeted()
    wire = event(call.effects, "utterance")
    assert (wire["turn_idx"], wire["properties"]["speech"]) == (0, "Good day to you.")


def test_it_comes_before_what_waited_for_somebody_to_come() -> None:
    call = Driven(joined=False, greeting="Good day.")
    call.ask("echo", text="Hello.", who=None)
    assert only(call.join(), Speak) == [Speak(1, 0, "Good day.")]


def test_no_interaction_interrupts_it() -> None:
    call = greeted()
    assert only(call.ask("interrupt"), Ignore)
    call.ask("respond", text="Hello", interrupt=True)
    assert not only(call.all_effects, StopPlayout)
    assert names(call.plays(1, 2.0))[-1] == "utterance"


def test_speech_that_begins_during_it_is_dropped_to_its_end() -> None:
    call = greeted()
    assert quiet(call.begins()) == []
    assert quiet(call.hears("Hello")) == []
    call.plays(1, 2.0)
    assert quiet(call.hears("Hello are you")) == []
    assert quiet(call.pauses()) == []
    assert quiet(call.ends_turn("Hello are you there")) == []
    assert [entry.role for entry in call.core.history] == ["assistant"]
    assert names(call.begins()) == ["user.started_speaking", "started_speaking"]


def test_after_it_speech_is_turn_1() -> None:
    call = greeted()
    call.plays(1, 2.0)
    assert {wire["turn_idx"] for wire in wires(call.begins())} == {1}
