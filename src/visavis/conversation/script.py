"""What a generation is to say: from pieces of raw text to pieces that can be spoken."""

from __future__ import annotations

from visavis.conversation.clauses import ClauseCutter
from visavis.conversation.speakable import Speakable


class Script:
    """The text of one utterance as it grows.

    Args:
        markdown: whether it comes from an LLM, which writes Markdown.
    """

    def __init__(self, markdown: bool) -> None:
        self._speakable = Speakable(markdown)
        self._cutter = ClauseCutter()

    @property
    def text(self) -> str:
        """Everything so far, tags and marks taken out; positions of pieces refer to it."""
        return self._cutter.text

    def feed(self, raw: str) -> list[tuple[int, int]]:
        """More raw text; the pieces that it completes."""
        clean = self._speakable.feed(raw)
        if not self._cutter.text:
            clean = clean.lstrip()
        return self._cutter.feed(clean) if clean else []

    def close(self) -> list[tuple[int, int]]:
        """The end; the pieces that were still open."""
        rest = self._speakable.flush()
        return (self._cutter.feed(rest) if rest else []) + self._cutter.flush()
