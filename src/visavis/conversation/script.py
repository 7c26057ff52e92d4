"""What a generation is to say: from pieces of raw text to pieces that can be spoken."""

from __future__ import annotations

import re

from visavis.conversation.clauses import ClauseCutter
from visavis.conversation.speakable import EMOTIONS, Speakable
from visavis.protocol.emotions import Emotion

_MARKS = re.compile(f"([{''.join(EMOTIONS)}])")


class Script:
    """The text of one utterance as it grows.

    Args:
        markdown: whether it comes from an LLM, which writes Markdown.

    Attributes:
        emotions: what the text asks to be shown, and from where in ``text`` on; one for each place.
    """

    def __init__(self, markdown: bool) -> None:
        self.emotions: list[tuple[int, Emotion]] = []
        self._speakable = Speakable(markdown)
        self._cutter = ClauseCutter()

    @property
    def text(self) -> str:
        """Everything so far, tags and marks taken out; positions of pieces refer to it."""
        return self._cutter.text

    def feed(self, raw: str) -> list[tuple[int, int]]:
        """More raw text; the pieces that it completes."""
        return self._take(self._speakable.feed(raw))

    def close(self) -> list[tuple[int, int]]:
        """The end; the pieces that were still open."""
        return self._take(self._speakable.flush()) + self._cutter.flush()

    def _take(self, filtered: str) -> list[tuple[int, int]]:
        pieces: list[tuple[int, int]] = []
        for part in filter(None, _MARKS.split(filtered)):
            if part in EMOTIONS:
                self._ask_for(EMOTIONS[part])
            elif clean := part if self.text else part.lstrip():
                pieces += self._cutter.feed(clean)
        return pieces

    def _ask_for(self, emotion: Emotion) -> None:
        place = len(self.text)
        if self.emotions and self.emotions[-1][0] == place:
            self.emotions.pop()
        self.emotions.append((place, emotion))
