from __future__ import annotations

from tests.layers.perception.test_summary import voice
from visavis.session.perceiving.voices import UNPERCEIVED, Analyses, Turns


def turns() -> Turns:
    return Turns(lambda since, until: f"Seen from {since:g} to {until:g}.")


def test_a_turn_that_ends_with_the_words_of_its_pause_has_the_analyses_of_its_pause() -> None:
    heard = turns()
    heard.began(10.0)
    lively = voice(start=10.0, end=12.0, pitch_range=9.0)
    at_pause = heard.paused("one two three four", lively, 12.5)
    assert at_pause == ("Lively intonation, 2.0 words a second.", "Seen from 10 to 12.5.")
    analyses, said, tone = heard.ended(" one two three four ", voice(pitch_range=1.0), 13.5)
    assert analyses == at_pause
    assert (said, tone) == (lively.__class__(**{**_fields(lively), "pace": 2.0}), ("lively intonation",))


def test_what_more_was_said_is_analysed_anew() -> None:
    heard = turns()
    heard.began(10.0)
    heard.paused("one", voice(start=10.0, end=12.0, pitch_range=9.0), 12.5)
    heard.began(13.0)
    analyses, _, _ = heard.ended("one two", voice(start=10.0, end=14.0, pitch_range=1.0), 15.0)
    assert analyses == ("Flat intonation, slow, 0.5 words a second.", "Seen from 10 to 15.")
    heard.began(20.0)
    assert heard.paused("three", None, 21.0) == Analyses("", "Seen from 20 to 21.")


def test_only_whole_turns_in_which_words_can_be_counted_have_a_pace() -> None:
    heard = turns()
    heard.began(0.0)
    rest_of_it = voice(start=14.0, end=18.0, pitch_range=9.0)
    assert heard.paused("many words " * 20, rest_of_it, 19.0).audio == "Lively intonation."
    heard.ended("", None, 20.0)
    heard.began(30.0)
    assert heard.paused("今日はいい天気ですね", voice(start=30.0, end=34.0), 35.0).audio == ""


def test_a_noise_is_no_turn_and_teaches_nothing() -> None:
    heard = turns()
    heard.began(0.0)
    assert heard.ended("  ", voice(), 1.0) == (UNPERCEIVED, None, ())
    assert heard.spoken.turns == 0


def test_how_somebody_usually_sounds_is_learned_once_a_turn() -> None:
    heard = turns()
    for turn in range(3):
        heard.began(10.0 * turn)
        for _ in range(4):
            heard.paused(
                "one two", voice(start=10.0 * turn, end=10.0 * turn + 1, level=-25.0), 10.0 * turn + 1
            )
        heard.ended("one two", None, 10.0 * turn + 2)
    heard.began(40.0)
    louder = voice(start=40.0, end=41.0, level=-15.0, pauses=(1.5,))
    analyses, *_ = heard.ended("one two", louder, 42.0)
    assert analyses.audio == "Louder than usual, a long pause, 2.0 words a second."
    spoken = heard.spoken
    assert (spoken.turns, spoken.words, spoken.seconds, spoken.pauses) == (4, 8, 4.0, [1.5])
    assert spoken.tones == {"louder than usual": 1, "a long pause": 1}


def _fields(heard: object) -> dict[str, object]:
    return {name: getattr(heard, name) for name in heard.__slots__}  # type: ignore[attr-defined]
