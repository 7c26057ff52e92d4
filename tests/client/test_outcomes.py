"""What becomes of an interaction where nothing is acknowledged, as on the hosted service. No I/O."""

from __future__ import annotations

from typing import Any

import pytest

from visavis.client.hearing import BRIEF, DROPPED_AFTER, GRACE, EchoHeard, ReplyHeard
from visavis.client.kinds import UnknownEvent, fits, is_interaction, read_event
from visavis.client.outcomes import (
    ACK_SECONDS,
    SILENCE_SECONDS,
    SURE_SECONDS,
    Applied,
    Heard,
    Outcome,
    Server,
    Silenced,
)
from visavis.errors import InteractionDropped, InteractionFailed
from visavis.protocol.events import EventMessage, Utterance


def event(kind: str, inference_id: str = "t", turn_idx: int = 1, **properties: Any) -> EventMessage:
    envelope = {"event_type": kind, "inference_id": inference_id, "turn_idx": turn_idx}
    read = read_event({**envelope, **({"properties": properties} if properties else {})})
    assert read is not None
    return read


def utterance(role: str, speech: str, inference_id: str = "t", **more: Any) -> EventMessage:
    return event("conversation.utterance", inference_id, role=role, speech=speech, **more)


def started(inference_id: str = "t") -> EventMessage:
    return event("conversation.replica.started_speaking", inference_id)


def stopped(inference_id: str = "t", *, duration: float = 1.0, interrupted: bool = False) -> EventMessage:
    kind = "conversation.replica.stopped_speaking"
    return event(kind, inference_id, duration=duration, interrupted=interrupted)


def feed(outcome: Outcome[Any], *events: EventMessage) -> None:
    for one in events:
        outcome.feed(one, outcome.knows(one) or outcome.claims(one))


def test_an_echo_under_an_id_of_another_making_is_known_by_its_words() -> None:
    echo = EchoHeard("e", Server(speaking="theirs"), "Hello  there.", "mine")
    feed(echo, started("theirs"), utterance("replica", "Hello there.", "theirs"), stopped("theirs"))
    assert echo.result == Heard("Hello there.", False, 1.0, "theirs")


def test_the_voice_may_come_behind_its_utterance() -> None:
    reply = ReplyHeard("e", Server(), "Hi")
    feed(reply, utterance("user", "hi"), utterance("replica", "Good morning."))
    assert reply.patience == GRACE
    feed(reply, started(), stopped())
    assert reply.result == Heard("Good morning.", False, 1.0, "t")


def test_an_utterance_that_no_voice_follows_is_one_of_a_chat() -> None:
    reply = ReplyHeard("e", Server(), "Hi")
    feed(reply, utterance("user", "Hi"), utterance("replica", "Good morning."))
    reply.give_up()
    assert reply.result == Heard("Good morning.", False, None, "t")


def test_what_an_interruption_left_unheard_for_long_was_dropped() -> None:
    echo = EchoHeard("e", Server(), "Later.", "mine")
    feed(echo, stopped("other", interrupted=True))
    assert echo.patience == DROPPED_AFTER
    echo.give_up()
    assert isinstance(echo.failure, InteractionDropped)


def test_what_survives_an_interruption_is_heard() -> None:
    reply = ReplyHeard("e", Server(), "Hi")
    feed(reply, stopped("other", interrupted=True), utterance("user", "Hi"))
    assert reply.patience is None
    feed(reply, started(), utterance("replica", "Yes."), stopped())
    assert reply.result == Heard("Yes.", False, 1.0, "t")


def test_the_oldest_stop_does_not_say_whether_it_was_a_cut() -> None:
    reply = ReplyHeard("e", Server(), "Hi")
    bare = event("conversation.replica.stopped_speaking")
    feed(reply, utterance("user", "Hi"), started(), utterance("replica", "Yes."), bare)
    assert reply.patience == BRIEF
    feed(reply, event("conversation.replica_interrupted"))
    assert reply.result == Heard("Yes.", True, None, "t")


def test_doubled_roles_are_one_utterance() -> None:
    reply = ReplyHeard("e", Server(), "Hi")
    feed(reply, utterance("user", "Hi"), started(), utterance("pal", "Yes."), utterance("replica", "Yes."))
    feed(reply, stopped(duration=0.5))
    assert reply.result == Heard("Yes.", False, 0.5, "t")


def test_an_interrupt_of_speech_is_over_with_its_stop() -> None:
    silenced = Silenced("e", Server(speaking="t"))
    assert silenced.patience == SILENCE_SECONDS
    feed(silenced, stopped(interrupted=True))
    assert silenced.result is True


def test_a_replica_that_talks_on_is_a_failure() -> None:
    silenced = Silenced("e", Server(speaking="t"))
    silenced.give_up()
    assert isinstance(silenced.failure, InteractionFailed)


def test_silence_needs_no_proof_and_is_asked_for_once() -> None:
    server = Server()
    silenced = Silenced("e", server)
    assert silenced.patience == ACK_SECONDS
    silenced.give_up()
    assert silenced.result is False
    assert server.acks is False
    assert Silenced("f", server).result is False
    assert Applied("g", server).result is False


def test_a_server_that_acknowledges_must_go_on_doing_so() -> None:
    applied = Applied("e", Server(acks=True))
    assert applied.patience == SURE_SECONDS
    applied.give_up()
    assert isinstance(applied.failure, InteractionFailed)


def test_an_event_of_tomorrow_is_an_event() -> None:
    read = read_event({"event_type": "conversation.smell", "seq": 4, "properties": {"of": "roses"}})
    assert isinstance(read, UnknownEvent)
    assert (read.seq, read.properties) == (4, {"of": "roses"})
    assert fits(read, "smell") and fits(read, UnknownEvent) and not fits(read, Utterance)


def test_an_event_that_does_not_fit_its_model_is_still_told() -> None:
    read = read_event({"event_type": "conversation.utterance", "properties": {"text": "of another age"}})
    assert isinstance(read, UnknownEvent)
    assert fits(read, "conversation.utterance")


@pytest.mark.parametrize("data", (None, "text", [], {}, {"event_type": 3}, {"event_type": "x", "seq": "y"}))
def test_what_is_no_event_is_none(data: object) -> None:
    assert read_event(data) is None


def test_what_participants_ask_is_no_event() -> None:
    assert is_interaction({"event_type": "conversation.echo"})
    assert is_interaction({"event_type": "conversation.append_context"})
    assert not is_interaction({"event_type": "conversation.utterance"})


def test_a_reply_to_results_that_were_not_seen_is_known_by_its_turn() -> None:
    reply = ReplyHeard("e", Server(acks=True), "Hi")
    call = event("conversation.tool_call", name="look", arguments="{}", tool_call_id="c1")
    feed(reply, utterance("user", "Hi"), call, started(), utterance("replica", "One moment."), stopped())
    assert not reply.done
    feed(reply, started("fresh"), utterance("replica", "It rains.", "fresh"), stopped("fresh"))
    assert reply.result == Heard("One moment. It rains.", False, 2.0, "fresh")


def tool_run(state: str, on_resolve: str = "generate_response") -> EventMessage:
    named = {"name": "book", "tool_call_id": "c1", "on_resolve": on_resolve}
    return event("visavis.tool_run", state=state, **named)


def test_a_reply_is_whole_when_the_server_has_called_a_tool_and_spoken_of_it() -> None:
    reply = ReplyHeard("e", Server(acks=True), "Hi")
    feed(reply, utterance("user", "Hi"), tool_run("called"), started(), utterance("replica", "One moment."))
    feed(reply, stopped())
    assert not reply.done
    feed(reply, tool_run("succeeded"), started("fresh"), utterance("replica", "Done.", "fresh"))
    feed(reply, stopped("fresh"))
    assert reply.result == Heard("One moment. Done.", False, 2.0, "fresh")


def test_what_the_server_fires_and_forgets_is_not_waited_for() -> None:
    reply = ReplyHeard("e", Server(acks=True), "Hi")
    feed(reply, utterance("user", "Hi"), tool_run("called", "fire_and_forget"), started())
    feed(reply, utterance("replica", "Noted."), stopped(), tool_run("failed", "fire_and_forget"))
    assert reply.result == Heard("Noted.", False, 1.0, "t")
