"""The phoneme alphabet of misaki, Kokoro and hibari, spelt out as single IPA sounds in time.

Source: https://github.com/hexgrad/misaki/blob/main/EN_PHONES.md
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from visavis.media.sounds import Phoneme

PUNCTUATION = frozenset(';:,.!?—…"()“”')
"""Marks that are spoken as a pause, or not at all."""

_COMPOUNDS = {
    "A": "eɪ",
    "I": "aɪ",
    "O": "oʊ",
    "Q": "əʊ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "ʣ": "dz",
    "ʦ": "ts",
    "ʥ": "dʑ",
    "ʨ": "tɕ",
    "T": "ɾ",
    "ᵊ": "ə",
    "ᵻ": "ɪ",
}
_STRESS = frozenset("ˈˌ")
_LENGTHENS = frozenset("ːʰʲ̃ᵝ ↓→↗↘")


_WRITTEN = {"r": "ɹ", "g": "ɡ", "ɫ": "l", "ɝ": "ɜɹ", "ɚ": "əɹ", "'": "ˈ", ":": "ː", "ʌɪ": "I", "ɛɪ": "A"}
"""Other spellings of the alphabet's sounds."""
_LETTERS = {
    **{spelt: letter for letter, spelt in _COMPOUNDS.items() if letter not in "Tᵊᵻ"},
    **_WRITTEN,
}
_LONGEST = max(map(len, _LETTERS))


def letters(ipa: str) -> str:
    """A word in the International Phonetic Alphabet, in these letters; it may be between slashes."""
    text = unicodedata.normalize("NFC", ipa).strip("/[] ").replace("͡", "").replace("͜", "")
    result = ""
    position = 0
    while position < len(text):
        for length in range(_LONGEST, 0, -1):
            piece = text[position : position + length]
            if piece in _LETTERS:
                result += _LETTERS[piece]
                break
        else:
            result += piece
        position += len(piece)
    return result


def is_sound(letter: str) -> bool:
    """Whether a letter of the alphabet is a sound by itself."""
    return not (letter in PUNCTUATION or letter in _STRESS or letter in _LENGTHENS)


def sounds(letters: Iterable[tuple[str, float, float]]) -> list[Phoneme]:
    """Timed letters as sounds without gaps.

    Stress marks go to the sound behind them, length marks and the gap between words to the one before;
    punctuation and the empty letter are silence, which is joined.

    Args:
        letters: (letter, start, end) in seconds, each starting where the one before ended.
    """
    timeline: list[Phoneme] = []
    stressed_from: float | None = None
    for letter, start, end in letters:
        if letter in _STRESS:
            stressed_from = start if stressed_from is None else stressed_from
            continue
        start, stressed_from = (start if stressed_from is None else stressed_from), None
        silent = not letter or letter in PUNCTUATION
        if timeline and (letter in _LENGTHENS or (silent and not timeline[-1].symbol)):
            timeline[-1] = Phoneme(timeline[-1].symbol, timeline[-1].start, end)
        elif silent or letter in _LENGTHENS:
            timeline.append(Phoneme("", start, end))
        else:
            timeline.extend(_spread(_COMPOUNDS.get(letter, letter), start, end))
    return [phoneme for phoneme in timeline if phoneme.end > phoneme.start]


def _spread(symbols: str, start: float, end: float) -> Iterable[Phoneme]:
    step = (end - start) / len(symbols)
    for index, symbol in enumerate(symbols):
        yield Phoneme(symbol, start + index * step, start + (index + 1) * step)
