"""Text as written, made speakable: without markup, with addresses read the way people read them.

Every spoken word remembers where its source ends in the text, so that what was heard can be told in the
words that were written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK_TARGET = re.compile(r"\]\([^)]*\)?")
_URL = re.compile(r"(?:https?://(?:www\.)?|www\.)([^\s/?#:]+)[^\s]*?([.,;:!?)\"”']*)$", re.IGNORECASE)
_HOST_DOT = re.compile(
    r"(?<=[\w-])\.(?=(?:[\w-]+\.)*(?:com|org|net|io|dev|ai|app|edu|gov|info|co|uk|de|eu)\b)", re.IGNORECASE
)
_AT = re.compile(r"(?<=[\w.])@(?=\w)")
# markup hugs words; between two letters or digits the same signs mean something (2*3, snake_case)
_MARKUP = re.compile(r"(?<![^\W_])[*_`~{}<>|\\#]+|[*`~{}<>|\\]+(?![^\W_])|_+(?![^\W_])|[\[\]]")
_NUMBER_SIGN = re.compile(r"#\d")
_SHARP = re.compile(r"(?<![^\W_])([A-G])#")
# longer ones have no name: they are read digit by digit
_ENDLESS_NUMBER = re.compile(r"\d[\d,.]{14,}")


@dataclass(frozen=True, slots=True)
class SourceWord:
    """A word of the text.

    Attributes:
        spoken: what to say for it; several words, one, or nothing.
        text_end: characters of the text up to and with this word.
    """

    spoken: str
    text_end: int


def source_words(text: str) -> list[SourceWord]:
    """The text's words, in order; the last one ends where the text ends."""
    # tags give way to as many spaces: they may hold several words, and offsets must stay
    masked = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    words = [
        SourceWord(_speakable("".join(masked[word.start() : word.end()].split())), word.end())
        for word in re.finditer(r"\S+", text)
    ]
    if words:
        words[-1] = SourceWord(words[-1].spoken, len(text))
    return words


def _speakable(word: str) -> str:
    word = _LINK_TARGET.sub("", "".join(map(_plain_digit, word)))
    word = _URL.sub(lambda url: url[1] + url[2], word)
    word = _SHARP.sub(r"\1 sharp", word)
    word = _ENDLESS_NUMBER.sub(lambda number: " ".join(number[0]), word)
    if not _NUMBER_SIGN.match(word):
        word = _MARKUP.sub("", word)
    return _AT.sub(" at ", _HOST_DOT.sub(" dot ", word))


def _plain_digit(char: str) -> str:
    """Digits in circles and the like as plain ones; the G2P cannot take them (powers it can)."""
    ornate = char.isdigit() and not char.isdecimal() and char not in "²³"
    return str(unicodedata.digit(char)) if ornate else char
