"""How a test lets time pass, and what it is told when that leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from visavis.protocol.events import ReplicaPresent, Utterance
from visavis.testing import NEVER, Answer, ScriptedConversation
from visavis.testing.virtual.timeline import LINES

MakeConversation = Callable[..., ScriptedConversation]


def test_nothing_happens_by_itself(conversation: MakeConversation) -> None:
    talk = conversation(llm="Yes.")
    talk.respond("Hello?")
    assert (talk.now, talk.heard) == (0.0, [])


def test_so_much_time_passes_as_is_said(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.run(1.25)
    talk.run(0.5)
    assert talk.now == 1.75
    talk.expect(ReplicaPresent, times=1)


def test_time_stops_as_soon_as_the_condition_is_true(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.run_until(lambda: len(talk.of(ReplicaPresent)) == 3)
    assert talk.now == 3.0
    talk.run_until(lambda: True)
    assert talk.now == 3.0


def test_a_condition_that_never_comes_true_fails_and_shows_what_happened(
    conversation: MakeConversation,
) -> None:
    talk = conversation(llm="Yes.")
    talk.says("Hello there.")
    with pytest.raises(AssertionError) as failure:
        talk.run_until(lambda: talk.ended, within=7)
    assert str(failure.value).startswith("it did not come about within 7 s\n")
    assert "→ user said 'Hello there.'" in str(failure.value)
    assert '"speech": "Yes."' in str(failure.value)


def test_a_condition_may_come_true_at_the_last_moment(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.run_until(lambda: talk.now >= 5, within=5)
    assert talk.now == 5.0


def test_a_long_story_is_shown_from_its_end(conversation: MakeConversation) -> None:
    talk = conversation()
    for number in range(40):
        talk.echo(f"Line {number}.")
        talk.run_until_idle()
    with pytest.raises(AssertionError) as failure:
        talk.expect("tool_call")
    lines = str(failure.value).splitlines()
    assert len(lines) == 1 + 1 + LINES
    assert re.fullmatch(r" +\(\d+ earlier lines\)", lines[1])
    assert "Line 39." in lines[-3]
    assert "Line 0." not in str(failure.value)
    assert "Line 0." in talk.timeline()


def test_the_world_is_idle_when_all_was_said_and_some_time_passed(conversation: MakeConversation) -> None:
    talk = conversation(llm=Answer("Yes, I am here.", after=4.0))
    talk.respond("Hello?")
    talk.run_until_idle()
    assert talk.heard == ["Yes, I am here."]
    stopped = talk.expect("replica.stopped_speaking").timestamp - talk.events[0].timestamp
    assert talk.now == pytest.approx(stopped + 2.0)
    talk.run_until_idle(quiet=5)
    assert talk.now == pytest.approx(stopped + 5.0)


def test_what_was_arranged_for_later_is_waited_for(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.after(50, lambda: talk.echo("Fifty."))
    talk.at(20, lambda: talk.echo("Twenty."))
    talk.run_until_idle()
    assert talk.heard == ["Twenty.", "Fifty."]


def test_a_model_that_hangs_does_not_keep_the_world_awake(conversation: MakeConversation) -> None:
    talk = conversation(llm=NEVER)
    talk.respond("Hello?")
    talk.run_until_idle()
    assert talk.now == pytest.approx(2.0)


def test_a_world_without_rest_fails_and_shows_what_happened(conversation: MakeConversation) -> None:
    def again() -> None:
        talk.echo("And on and on.")
        talk.after(1, again)

    talk = conversation()
    again()
    with pytest.raises(AssertionError) as failure:
        talk.run_until_idle(within=30)
    assert str(failure.value).startswith("no 2 s of rest within 30 s\n")
    assert "And on and on." in str(failure.value)


def test_the_next_event_is_waited_for_not_an_earlier_one(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.echo("First.")
    talk.run_until_idle()
    talk.after(3, lambda: talk.echo("Second."))
    event = talk.wait_for(Utterance, role="replica")
    assert event.properties.speech == "Second."


def test_an_event_that_does_not_come_fails_and_shows_what_happened(conversation: MakeConversation) -> None:
    talk = conversation(llm="Yes.")
    talk.says("Hello there.")
    with pytest.raises(AssertionError) as failure:
        talk.wait_for("tool_call", within=10, name="look_up")
    assert str(failure.value).startswith("tool_call(name='look_up') did not come within 10 s\n")
    assert "→ user said 'Hello there.'" in str(failure.value)


def test_an_event_beyond_the_time_given_is_too_late(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.after(10, lambda: talk.echo("Late."))
    with pytest.raises(AssertionError):
        talk.wait_for(Utterance, within=9)
    assert talk.now == 9.0


def test_what_is_said_is_heard_to_the_end_of_the_word(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.echo("One two three four.")
    talk.run_until_heard("two three")
    assert talk.heard == ["One two three"]
    talk.run_until_heard("four.")
    assert talk.heard == ["One two three four."]
    with pytest.raises(AssertionError, match="did not come about"):
        talk.run_until_heard("seven", within=5)


def test_words_said_before_do_not_count_as_heard_again(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.echo("Hello again.")
    talk.run_until_idle()
    with pytest.raises(AssertionError):
        talk.run_until_heard("Hello", within=5)


def test_the_timeline_says_who_did_what(conversation: MakeConversation) -> None:
    talk = conversation(llm="Yes.")
    talk.join("bob")
    talk.leave("bob", lost=True)
    talk.says("Hello.")
    talk.run_until_idle()
    talk.send({"event_type": "conversation.append_llm_context", "properties": {"context": "x" * 500}})
    lines = [line[11:] for line in talk.timeline().splitlines()]
    for line in (
        "→ user joined",
        "→ bob joined",
        "→ bob lost the connection",
        "→ user said 'Hello.'",
        'conversation.utterance turn 1 {"role": "replica", "speech": "Yes."}',
    ):
        assert line in lines
    assert all(len(line) <= 100 for line in lines)
    assert not any("present" in line or "playback" in line for line in lines)
    assert sum("utterance.streaming" in line for line in lines) == 2, "only the finished ones"
