"""Thinking ahead of a turn's end (PROTOCOL 5.1, "speculative inference")."""

import pytest

from tests.conversation.driving import Driven, event, names, only, quiet, wires
from visavis.conversation.effects import CancelInference, Speak, StartInference
from visavis.conversation.inputs import InferenceFailed


def pausing(text: str = "What time is it?", **config: object) -> Driven:
    """A user pauses; the words are known."""
    call = Driven(speculative_inference=True, **config)
    call.begins()
    call.pauses()
    call.hears(text)
    return call


def test_the_llm_starts_at_the_pause_and_nobody_is_told() -> None:
    call = pausing()
    (inference,) = only(call.effects, StartInference)
    assert inference.messages[-1] == {"role": "user", "content": "What time is it?"}
    assert names(call.effects) == ["utterance.streaming"]
    assert not quiet(call.writes(1, "It is nine.", finish=False))


def test_what_it_has_when_the_turn_ends_is_said_at_once() -> None:
    call = pausing()
    call.writes(1, "It is nine.")
    effects = call.ends_turn("What time is it?")
    assert not only(effects, StartInference)
    assert [effect.text for effect in only(effects, Speak)] == ["It is nine."]
    call.voices(effects)
    split = event(call.plays(1, 0.1), "latency")["properties"]
    assert split["llm_first_text"] == 0.0
    assert all(seconds >= 0 for seconds in split.values())


def test_it_may_go_on_behind_the_turns_end() -> None:
    call = pausing()
    call.writes(1, "It is ", finish=False)
    call.ends_turn("What time is it?")
    assert [effect.text for effect in only(call.writes(1, "nine."), Speak)] == ["It is nine."]


@pytest.mark.parametrize("goes_on", ["begins", "leave"])
def test_a_user_who_goes_on_or_away_cancels_it(goes_on: str) -> None:
    call = pausing(participant_left_timeout=60.0)
    assert only(getattr(call, goes_on)(), CancelInference)


def test_other_words_in_the_end_cancel_it_and_are_answered() -> None:
    call = pausing()
    effects = call.ends_turn("What time is it in Rome?")
    assert [type(effect) for effect in only(effects, (CancelInference, StartInference))] == [
        CancelInference,
        StartInference,
    ]


def test_a_cancelled_one_leaves_no_trace() -> None:
    call, plain = pausing(), pausing()
    plain.begins()
    call.writes(1, "It is nine.")
    call.begins()
    assert wires(call.all_effects) == wires(plain.all_effects)
    assert not call.core.history


def test_tools_are_called_only_when_the_turn_has_ended() -> None:
    call = pausing()
    assert not quiet(call.calls(1, ("t1", "look", "{}")))
    assert "tool_call" in names(call.ends_turn("What time is it?"))


def test_whatever_else_takes_the_floor_cancels_it() -> None:
    call = pausing()
    assert only(call.ask("echo", text="Attention please."), CancelInference)


def test_new_context_cancels_it() -> None:
    assert only(pausing().ask("append_llm_context", context="It is ten."), CancelInference)


def test_it_does_not_start_while_the_replica_has_the_floor_or_sleeps() -> None:
    assert not only(pausing(wake_phrase="Vera").all_effects, StartInference)


def test_a_turn_keeps_its_id() -> None:
    call = pausing()
    call.begins()
    call.pauses()
    call.ends_turn("What time is it?")
    ids = {wire["inference_id"] for wire in wires(call.all_effects) if "inference_id" in wire}
    assert len(ids) == 1


@pytest.mark.parametrize("dialect", ["seed", "2026-03", "2026-06", "pal"])
def test_in_the_hosted_services_dialects_the_id_changes_until_the_turn_ends(dialect: str) -> None:
    call = pausing(dialect=dialect)
    call.begins()
    call.pauses()
    call.hears("What time is it? Please.")
    call.ends_turn("What time is it? Please.")
    call.voices(call.writes(2, "It is nine."))
    call.plays(2, 0.1)
    told = wires(call.all_effects)
    started = [wire["inference_id"] for wire in told if "user.started" in wire["event_type"]]
    assert len(set(started)) == 2
    spoken = [wire for wire in told if wire["event_type"] == "conversation.utterance"]
    assert spoken[0]["inference_id"] == spoken[-1]["inference_id"]
    assert spoken[0]["inference_id"] not in started


def test_one_that_failed_is_forgotten_and_the_turn_is_answered() -> None:
    call = pausing()
    call.feed(InferenceFailed(at=0.0, generation=1, reason="it broke off"))
    effects = call.ends_turn("What time is it?")
    assert only(effects, StartInference)
    assert "layer_failed" not in names(effects)


def test_what_changes_nothing_of_the_talk_lets_it_go_on() -> None:
    call = pausing()
    assert not only(call.ask("set_emotion", emotion="happiness"), CancelInference)
