"""The scripted voice: how long words take, and which cannot be said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from visavis.conversation.inputs import SAMPLE_RATE, WordMark

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class ScriptedTTS:
    """Every word takes equally long.

    Attributes:
        words_a_second: how fast it speaks.
        after: seconds to synthesize a segment.
        fails_on: a segment with these words cannot be spoken; empty: every one can.
        reason: as clients are told it.
    """

    words_a_second: float = 2.5
    after: float = 0.1
    fails_on: str = ""
    reason: str = "no voice for this"

    def failure(self, text: str) -> str | None:
        """Why this cannot be spoken; None if it can."""
        return self.reason if self.fails_on and self.fails_on in text else None

    def words(self, text: str) -> tuple[WordMark, ...]:
        """Where each word ends, in characters and in samples."""
        samples = round(SAMPLE_RATE / self.words_a_second)
        return tuple(
            WordMark(word.end(), number * samples) for number, word in enumerate(_WORD.finditer(text), 1)
        )
