"""A text with parts of it said in another way, which still tells what of the written one has been said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visavis.layers.tts.base import Word


@dataclass(frozen=True, slots=True)
class Substitute:
    """What is said for the characters from ``start`` to ``end``."""

    start: int
    end: int
    said: str


class Respelling:
    """A written text and what is said for it.

    Args:
        written: the text.
        substitutes: in order, not overlapping.

    Attributes:
        said: the text to speak.
        places: where each substitute is in it: (start, end).
    """

    def __init__(self, written: str, substitutes: Sequence[Substitute]) -> None:
        self._substitutes = substitutes
        self.places: list[tuple[int, int]] = []
        self.said = ""
        position = 0
        for part in substitutes:
            self.said += written[position : part.start]
            self.places.append((len(self.said), len(self.said) + len(part.said)))
            self.said += part.said
            position = part.end
        self.said += written[position:]

    def written_words(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words of what was said, as words of what is written.

        Of several said for one substitute only the last counts: by then all of it has been said.
        """
        mapped = (self._written_end(word) for word in words)
        return tuple(word for word in mapped if word is not None)

    def _written_end(self, word: Word) -> Word | None:
        shift = 0
        for part, (start, end) in zip(self._substitutes, self.places, strict=True):
            if word.text_end <= start:
                break
            if word.text_end < end:
                return None
            shift = part.end - end
        return Word(word.text_end + shift, word.end)
