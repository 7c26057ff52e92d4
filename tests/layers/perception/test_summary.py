from __future__ import annotations

from tests.layers.perception.sights import during, face
from visavis.layers.perception.account import Account
from visavis.layers.perception.base import Sight, Voice
from visavis.layers.perception.summary import LIMITED, audio_phrase, report, untold, visual_phrase
from visavis.layers.perception.tone import Usual


def watched(*stretches) -> Account:
    account = Account()
    for stretch in stretches:
        for sight in stretch:
            account.feed(sight)
    return account


def voice(level: float = -25.0, pitch: float = 180.0, pace: float | None = 2.5, **changed) -> Voice:
    plain = {
        "start": 0.0,
        "end": 4.0,
        "voiced": 2.5,
        "pitch_range": 5.0,
        "pitch_slope": 0.0,
        "level_range": 9.0,
    }
    return Voice(
        **{**plain, "pauses": (), "confidence": 0.9, "level": level, "pitch": pitch, "pace": pace, **changed}
    )


def test_a_turn_is_told_in_a_few_words():
    account = watched(during(0, 6, face()), during(6, 12, face(smile=0.8)))
    assert visual_phrase(account, 6.0, 12.0) == "Smiling."
    assert visual_phrase(account, 0.0, 5.0) == "Looking at the screen, neutral expression."
    for level in ("limited", "off"):
        assert visual_phrase(account, 0.0, 5.0, untold(level)) == "Looking at the screen."
    assert visual_phrase(account, 0.0, 12.0) == "Smiling for 6 s."


def test_nothing_is_said_of_what_was_not_seen():
    assert visual_phrase(Account(), 0.0, 5.0) == ""
    assert report(Account()) == []
    assert report(watched(during(0, 10))) == ["The camera was on for 10 s.", "Nobody was seen."]


def test_moods_can_be_left_out():
    account = watched(during(0, 4, face()), during(4, 9, face(frown=0.8, smile=0.6)))
    assert visual_phrase(account, 4.0, 9.0) == "Smiling, brows drawn together."
    assert visual_phrase(account, 4.0, 9.0, LIMITED) == "Smiling."


def test_of_a_camera_that_sent_nothing_any_more_nothing_is_told_after_its_last_picture():
    account = watched(during(0, 3, face()), during(3, 5, face(smile=0.9)))
    account.camera_off(14.0)
    assert report(account) == [
        "The camera was on for 5 s.",
        "Somebody was in view for 5 s.",
        "Smiling: once, 2 s in all (from 0:03).",
    ]


def test_the_account_of_a_call_has_durations_counts_and_times():
    account = watched(
        during(100, 110, face()),
        during(110, 114, face(smile=0.8)),
        during(114, 170, face()),
        during(170, 173, face(smile=0.8)),
        during(173, 180, face()),
        during(180, 190),
        during(190, 200, face()),
    )
    assert report(account) == [
        "The camera was on for 1 min 40 s.",
        "Somebody was in view for 1 min 30 s.",
        "Not in view: once, 10 s in all (from 1:20).",
        "Smiling: 2 times, 7 s in all (from 0:10, 1:10).",
    ]
    assert report(account, origin=40.0)[-1] == "Smiling: 2 times, 7 s in all (from 1:10, 2:10)."


def test_a_voice_is_first_told_by_itself_then_against_how_it_usually_sounds():
    usual = Usual()
    assert usual.tone(voice(pitch_range=9.0)) == ("lively intonation",)
    assert usual.tone(voice(pace=1.2)) == ("slow",)
    assert usual.tone(voice()) == ()
    assert usual.tone(voice(level=-18.0, pitch=230.0)) == ("louder than usual", "higher-pitched than usual")
    assert usual.tone(voice(pace=1.2)) == ("slower than usual",)
    assert usual.tone(voice(level=-32.0, pauses=(1.4, 0.3))) == ("quieter than usual", "a long pause")


def test_of_an_unclear_voice_nothing_is_said_and_nothing_is_learnt():
    usual = Usual()
    for _ in range(5):
        assert usual.tone(voice(level=-10.0, pitch_range=9.0, confidence=0.2)) == ()
    assert usual.tone(voice(level=-30.0)) == ()


def test_audio_phrases_are_short_and_hold_the_pace():
    everything = (
        "louder than usual",
        "higher-pitched than usual",
        "slower than usual",
        "lively intonation",
        "a long pause",
    )
    phrase = audio_phrase(voice(pace=2.04), everything)
    assert phrase.startswith("Louder than usual, higher-pitched") and phrase.endswith("2.0 words a second.")
    assert len(phrase.split()) <= 20
    assert audio_phrase(voice(), ()) == ""


def test_where_no_expression_may_be_told_a_neutral_one_is_not_told_either():
    account = watched(during(0, 6, face()), during(6, 12, face(smile=0.8)))
    assert visual_phrase(account, 0.0, 5.0, untold("off")) == "Looking at the screen."
    assert visual_phrase(account, 6.0, 12.0, untold("off")) == "Looking at the screen."
    assert visual_phrase(account, 6.0, 12.0, untold("limited")) == "Smiling."


def test_a_screen_that_is_still_shared_at_the_end_has_been_for_as_long_as_it_was_seen():
    account = watched([Sight(at, "screen") for at in (10.0, 20.0, 70.0)])
    assert report(account) == ["Sharing the screen: once, 1 min 0 s in all (from 0:10)."]
