"""Phonemes become mouth shapes."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.layers.replica.drawn.visemes import shape, visemes
from visavis.media.sounds import Phoneme

FRAME = 0.04
HELD = 0.2


def said(*symbols: str, each: float = 0.08, now: float = 0.0) -> list[Phoneme]:
    """The symbols one after another, time 0 being ``now`` seconds after the first begins."""
    return [Phoneme(symbol, at * each - now, (at + 1) * each - now) for at, symbol in enumerate(symbols)]


def held(symbol: str) -> list[Phoneme]:
    return [Phoneme(symbol, -HELD / 2, HELD / 2)]


@pytest.mark.parametrize("sound", ["p", "b", "m"])
def test_bilabials_shut_the_lips_between_open_vowels(sound: str) -> None:
    mouth = shape(said("ɑ", sound, "ɑ", now=0.12), FRAME)
    assert mouth.jaw == 0
    assert mouth.upper == 0
    assert mouth.lower == 0
    assert mouth.press == 1


@pytest.mark.parametrize("sound", ["p", "b", "m"])
@pytest.mark.parametrize("length", [0.02, 0.03, 0.06, 0.12])
@pytest.mark.parametrize("offset", [0.0, 0.007, 0.013, 0.019, 0.026, 0.033, 0.039])
def test_some_frame_shows_every_closure_whole_however_short_and_wherever_frames_fall(
    sound: str, length: float, offset: float
) -> None:
    phonemes = [Phoneme("æ", -0.3, 0), Phoneme(sound, 0, length), Phoneme("æ", length, length + 0.3)]
    jaws = []
    for frame in range(-5, 8):
        now = frame * FRAME + offset
        moved = [Phoneme(each.symbol, each.start - now, each.end - now) for each in phonemes]
        jaws.append(shape(moved, FRAME).jaw)
    assert min(jaws) == 0
    assert max(jaws) > 0.6


@pytest.mark.parametrize("sound", ["f", "v"])
def test_labiodentals_tuck_the_lower_lip_under_the_teeth(sound: str) -> None:
    mouth = shape(said("ɑ", sound, "ɑ", now=0.12), FRAME)
    assert mouth.tuck > 0.9
    assert mouth.lower == 0
    assert mouth.jaw < 0.2
    assert mouth.upper > 0.15


@pytest.mark.parametrize(("wider", "narrower"), [("ɑ", "i"), ("æ", "ɪ"), ("ɛ", "s"), ("ɔ", "u")])
def test_open_vowels_drop_the_jaw_further_than_close_ones(wider: str, narrower: str) -> None:
    assert shape(held(wider), FRAME).jaw > shape(held(narrower), FRAME).jaw + 0.15


@pytest.mark.parametrize("sound", ["u", "w", "ʊ", "o", "ɔ", "ʃ", "ʧ", "ɹ"])
def test_rounded_sounds_purse_the_lips(sound: str) -> None:
    assert shape(held(sound), FRAME).round > 0.35
    assert shape(held("i"), FRAME).round < 0.1


def test_a_vowel_is_rounded_in_advance_by_the_one_that_follows() -> None:
    before_round = shape(said("t", "u", now=0.04), FRAME)
    before_spread = shape(said("t", "i", now=0.04), FRAME)
    assert before_round.round > before_spread.round + 0.2


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("", ("sil",)),
        (" ", ("sil",)),
        (".", ("sil",)),
        ("ˈ", ()),
        ("ˈɑː", ("aa",)),
        ("t͡ʃ", ("CH",)),
        ("tʃ", ("CH",)),
        ("ʤ", ("CH",)),
        ("aɪ", ("aa", "I")),
        ("I", ("aa", "I")),
        ("O", ("O", "U")),
        ("W", ("aa", "U")),
        ("☃", ()),
    ],
)
def test_symbols_of_several_phoneme_sets_are_read(symbol: str, expected: tuple[str, ...]) -> None:
    assert visemes(symbol) == expected


def test_a_diphthong_moves_from_its_first_vowel_to_its_second() -> None:
    early = shape([Phoneme("aɪ", -0.05, 0.2)], FRAME)
    late = shape([Phoneme("aɪ", -0.2, 0.03)], FRAME)
    assert early.jaw > late.jaw + 0.2
    assert late.wide > early.wide + 0.15


def test_the_mouth_rests_in_silence_and_where_no_sound_is_near() -> None:
    assert shape([Phoneme("", -0.3, 0.4)], FRAME).jaw < 0.01
    assert shape([Phoneme("ɑ", 2.0, 2.2)], FRAME).jaw < 0.01
    assert shape([], FRAME).jaw == 0


SYMBOLS = st.one_of(
    st.sampled_from(list("pbmfvθðtdkɡnlszʃʒɹɑæiueoəˈː")),
    st.text(alphabet=string.printable + "ɑʃθ☃", max_size=3),
)
TIMES = st.floats(-2, 2)


@given(st.lists(st.builds(Phoneme, SYMBOLS, TIMES, TIMES), max_size=12), st.floats(0.001, 0.2))
def test_any_phonemes_give_a_shape_within_bounds(phonemes: list[Phoneme], frame: float) -> None:
    mouth = shape(phonemes, frame)
    for value in (
        mouth.jaw,
        mouth.round,
        mouth.wide,
        mouth.upper,
        mouth.lower,
        mouth.press,
        mouth.tuck,
        mouth.tongue,
    ):
        assert 0 <= value <= 1
