"""Whether the replica answers: wake and sleep phrases (PROTOCOL 4, 5.1 "wake phrase")."""

from __future__ import annotations

import unicodedata

UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""How Unicode's names of letters begin in such scripts."""


class Attention:
    """Asleep until a user says the wake phrase; what is said meanwhile is transcribed and remembered.

    Args:
        wake_phrase: empty: awake from the start, for ever.
        sleep_phrase: empty: never asleep again.

    Attributes:
        awake: whether turns are answered.
    """

    def __init__(self, wake_phrase: str, sleep_phrase: str) -> None:
        self._wake, self._sleep = _words(wake_phrase), _words(sleep_phrase)
        self.awake = not self._wake

    def heard(self, text: str) -> bool:
        """A user's turn was said.

        Returns:
            Whether it is to be answered: that with the wake phrase is, that with the sleep phrase not.
        """
        self.awake = self.would_answer(text)
        return self.awake

    def would_answer(self, text: str) -> bool:
        """Whether a turn of these words would be answered."""
        if not self._wake:
            return True
        words = _words(text)
        if self.awake:
            return not (self._sleep and _within(self._sleep, words))
        return _within(self._wake, words)


def _words(text: str) -> list[str]:
    """Words alone: case, punctuation and ways to write one letter are the transcriber's whim."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain).split()


def _within(phrase: list[str], words: list[str]) -> bool:
    if any(_unspaced(letter) for word in phrase for letter in word):
        return "".join(phrase) in "".join(words)
    starts = range(len(words) - len(phrase) + 1)
    return any(words[start : start + len(phrase)] == phrase for start in starts)


def _unspaced(letter: str) -> bool:
    """Whether it is of a script that puts no blanks between words."""
    return unicodedata.name(letter, "").startswith(UNSPACED)
