"""Cuts a growing text into pieces that can be spoken one after the other."""

from __future__ import annotations

import re

FIRST_CLAUSE = 12
"""Characters after which the first piece may end at a comma: the sooner it ends, the sooner it is heard."""
CLAUSE = 60
"""The same for later pieces: longer ones sound better."""
LONGEST = 240
"""A piece without any punctuation ends at the last blank before this many characters."""

_BOUNDARY = re.compile(
    r"""(?P<sentence>[.!?…]+["'”’»)\]]*(?=\s)|[。！？]["'”’」』）]*|\n)"""
    r"""|(?P<clause>[,;:]["'”’»)\]]*(?=\s)|[—，、；：])"""
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|sr|jr|st|vs|etc|no|nr|fig|approx|dept|inc|ltd|co|mt|gen|col|capt|lt|rev|hon"
    r"|bzw|usw|ca|ggf|bspw)|\b[a-z]|\b[a-z]\.[a-z]|^\s*\d+)\.$",
    re.IGNORECASE,
)
"""What a full stop does not end: titles, initials, "e.g.", and the number of a list's item."""
_LONGEST_ABBREVIATION = 12


class ClauseCutter:
    """Finds the pieces of a text that only ever grows.

    A boundary counts once the character behind it is known, so 3.14 and "Dr. No" stay whole.

    Attributes:
        text: all of it.
    """

    def __init__(self) -> None:
        self.text = ""
        self._cut = 0
        self._scan = 0
        self._first = True

    def feed(self, more: str) -> list[tuple[int, int]]:
        """The pieces that this completes, as start and end in ``text``, blanks trimmed."""
        self.text += more
        pieces = []
        while (end := self._next_end()) is not None:
            pieces.append(self._take(end))
        return pieces

    def flush(self) -> list[tuple[int, int]]:
        """The rest, when no more is to come for now."""
        if not self.text[self._cut :].strip():
            self._cut = self._scan = len(self.text)
            return []
        return [self._take(len(self.text))]

    def _next_end(self) -> int | None:
        limit = self._cut + LONGEST
        # No further than a piece can reach, or a long text without punctuation is read anew for each piece.
        for found in _BOUNDARY.finditer(self.text, self._scan, limit + LONGEST):
            if found.start() >= limit:
                break
            if self._ends_piece(found):
                return found.end()
            self._scan = found.end()
        if len(self.text) <= limit:
            return None
        blank = self.text.rfind(" ", self._cut + 1, limit)
        return blank if blank > self._cut and self._speakable(blank) else limit

    def _ends_piece(self, found: re.Match[str]) -> bool:
        if not self._speakable(found.start()):
            return False
        if found["sentence"]:
            tail_from = max(self._cut, found.start() + 1 - _LONGEST_ABBREVIATION)
            return not (found[0][0] == "." and _ABBREVIATION.search(self.text[tail_from : found.start() + 1]))
        return found.end() - self._cut >= (FIRST_CLAUSE if self._first else CLAUSE)

    def _speakable(self, end: int) -> bool:
        return any(character.isalnum() for character in self.text[self._cut : end])

    def _take(self, end: int) -> tuple[int, int]:
        piece = self.text[self._cut : end]
        start = self._cut + len(piece) - len(piece.lstrip())
        stop = self._cut + len(piece.rstrip())
        self._cut = self._scan = end
        self._first = False
        return start, stop
