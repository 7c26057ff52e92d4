from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.layers.tts.alignment import last_spoken
from visavis.layers.tts.misaki import sounds
from visavis.layers.tts.spoken import source_words


def spoken(text: str) -> str:
    return " ".join(" ".join(word.spoken for word in source_words(text)).split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Bold**, _soft_ and `code`.", "Bold, soft and code."),
        ("# Heading", "Heading"),
        ("Number #5 in C#", "Number #5 in C sharp"),
        ("[the docs](https://example.com/a)", "the docs"),
        ("see https://www.example.com/a/b?c=d.", "see example dot com."),
        ("or example.org, really", "or example dot org, really"),
        ("write to me@example.co.uk", "write to me at example dot co dot uk"),
        ('<emotion value="sad"/>Oh no', "Oh no"),
        ("2*3 is 6 and snake_case stays", "2*3 is 6 and snake_case stays"),
        ("pi is 3.14", "pi is 3.14"),
        ("1234567890123456", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6"),
        ("a < b and b > c", "a b and b c"),
    ],
)
def test_markup_and_addresses_are_made_speakable(text: str, said: str) -> None:
    assert spoken(text) == said


def test_words_remember_where_they_end() -> None:
    text = " **Hi** there,  friend "
    assert [text[: word.text_end].split()[-1] for word in source_words(text)] == [
        "**Hi**",
        "there,",
        "friend",
    ]
    assert source_words(text)[-1].text_end == len(text)


@given(st.text())
def test_word_ends_rise_to_the_end_of_the_text(text: str) -> None:
    ends = [word.text_end for word in source_words(text)]
    assert ends == sorted(set(ends))
    assert not ends or ends[-1] == len(text)


@pytest.mark.parametrize(
    ("written", "said", "counts"),
    [
        ("we meet today", "we meet today", [1, 2, 3]),
        ("we meet at 7:30 today", "we meet at seven thirty today", [1, 2, 3, 5, 6]),
        ("see 🙂 you", "see you", [1, 1, 2]),
        ("**", "", [0]),
        ("5 km", "five kilometers", [1, 2]),
        ("Dr. Smith", "Doctor Smith", [1, 2]),
    ],
)
def test_written_words_end_with_their_spoken_ones(written: str, said: str, counts: list[int]) -> None:
    assert last_spoken(written.split(), said.split()) == counts


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_alignment_rises_and_ends_with_the_last_spoken_word(written: list[str], said: list[str]) -> None:
    counts = last_spoken(written, said)
    assert counts == sorted(counts)
    assert len(counts) == len(written)
    assert not counts or counts[-1] == len(said)


def timed(letters: str) -> list[tuple[str, float, float]]:
    return [(letter, float(index), index + 1.0) for index, letter in enumerate(letters)]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("həlˈO", "h ə l o ʊ"),
        ("ʤˈʌʤ", "d ʒ ʌ d ʒ"),
        ("hˈI ðɛɹ.", "h a ɪ ð ɛ ɹ _"),
        ("bˈɑː", "b ɑ"),
        (",.!", "_"),
    ],
)
def test_letters_become_single_sounds(letters: str, expected: str) -> None:
    assert " ".join(phoneme.symbol or "_" for phoneme in sounds(timed(letters))) == expected


def test_sounds_leave_no_gap() -> None:
    timeline = sounds(timed("hˈI ðɛɹ, bˈɑːʧ."))
    assert timeline[0].start == 0
    assert all(a.end == b.start for a, b in pairwise(timeline))
    assert timeline[-1].end == 15
