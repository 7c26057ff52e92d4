"""Wake and sleep phrases (PROTOCOL 5.1, "wake phrase") and speaking first ("idle_engagement")."""

import pytest

from tests.conversation.driving import Driven, event, names, only
from visavis.conversation.attention import Attention
from visavis.conversation.effects import SetTimer, StartInference
from visavis.conversation.engagement import AFTER, ENGAGEMENT, MOST_IN_A_ROW


def sleeper(**config: object) -> Driven:
    return Driven(wake_phrase="Hey Vera", sleep_phrase="good night", **config)


def test_asleep_a_turn_is_told_and_remembered_but_not_answered() -> None:
    call = sleeper()
    assert "utterance" in names(call.says("What is the time?"))
    assert not only(call.all_effects, StartInference)
    call.says("Hey Vera, did you hear?")
    (inference,) = only(call.effects, StartInference)
    assert inference.messages[-1]["content"] == "What is the time?\nHey Vera, did you hear?"


@pytest.mark.parametrize("said", ["hey, VERA! what now?", "So, hey Vera", "Hey Vera."])
def test_the_phrase_wakes_it_however_it_is_written(said: str) -> None:
    assert only(sleeper().says(said), StartInference)


@pytest.mark.parametrize("said", ["Hey Veranda", "Vera, hey", "they Vera"])
def test_other_words_do_not(said: str) -> None:
    assert not only(sleeper().says(said), StartInference)


def test_a_typed_phrase_wakes_it_too() -> None:
    call = sleeper()
    assert not only(call.ask("respond", text="Hello"), StartInference)
    assert only(call.ask("respond", text="Hey Vera"), StartInference)


def test_the_sleep_phrase_is_not_answered_nor_what_follows() -> None:
    call = sleeper()
    call.says("Hey Vera")
    call.ask("interrupt")
    assert not only(call.says("Good night, Vera"), StartInference)
    assert not only(call.says("Are you there?"), StartInference)


def test_asleep_it_still_says_what_a_program_has_it_say() -> None:
    call = sleeper()
    call.speaks(0.1)
    assert "replica.started_speaking" in names(call.all_effects)


def engagement(call: Driven) -> float:
    """When it will speak first."""
    (timer,) = (effect for effect in only(call.effects, SetTimer) if effect.name == ENGAGEMENT)
    return float(timer.at)


@pytest.mark.parametrize(("mood", "seconds"), AFTER.items())
def test_after_a_silence_it_speaks_first(mood: str, seconds: float) -> None:
    call = Driven(idle_engagement=mood)
    assert engagement(call) == seconds
    (inference,) = only(call.fires(ENGAGEMENT, seconds), StartInference)
    assert "silent" in inference.messages[-1]["content"]
    call.voices(call.writes(1, "Still there?"))
    assert event(call.plays(1, 0.1), "utterance")["turn_idx"] == 0


def test_it_takes_the_hint_until_a_user_says_something() -> None:
    call = Driven(idle_engagement="eager")
    for number in range(1, MOST_IN_A_ROW + 1):
        call.fires(ENGAGEMENT, engagement(call))
        call.writes(number, "")
    assert not [effect for effect in only(call.effects, SetTimer) if effect.name == ENGAGEMENT]
    call.says("Yes")
    call.writes(MOST_IN_A_ROW + 1, "")
    assert engagement(call)


def test_a_user_who_speaks_stops_the_clock() -> None:
    call = Driven(idle_engagement="eager")
    call.begins()
    assert not only(call.fires(ENGAGEMENT, 8.0), StartInference)


@pytest.mark.parametrize("config", [{"chat": True}, {"pipeline_mode": "echo"}, {"wake_phrase": "x"}])
def test_in_a_chat_in_echo_mode_and_asleep_it_does_not(config: dict[str, object]) -> None:
    call = Driven(idle_engagement="eager", **config)
    assert not [effect for effect in only(call.all_effects, SetTimer) if effect.name == ENGAGEMENT]


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("小助手", "小助手你好"),
        ("ねえアシスタント", "ねえアシスタント元気？"),
        ("café", "Hey, café!"),
        ("สวัสดี", "สวัสดีครับ"),
    ],
)
def test_a_phrase_is_found_in_every_script_and_spelling(phrase: str, said: str) -> None:
    assert Attention(phrase, "").heard(said)
    assert not Attention(phrase, "").heard("Something else.")
