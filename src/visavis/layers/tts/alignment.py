"""Which spoken words belong to which written ones, when reading changes their number ("7:30")."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def last_spoken(written: Sequence[str], spoken: Sequence[str]) -> list[int]:
    """For each written word the number of spoken words that have been said when it has been said.

    Both are in the same order; equal words are matched, and what lies between them is shared out evenly.
    The result never decreases, and the last written word ends with the last spoken one.
    """
    counts = [0] * len(written)
    matcher = SequenceMatcher(None, [_key(word) for word in written], [_key(word) for word in spoken], False)
    for _, first, end, spoken_first, spoken_end in matcher.get_opcodes():
        width, share = end - first, spoken_end - spoken_first
        for offset in range(width):
            counts[first + offset] = spoken_first + -(-(offset + 1) * share // width)
        if not width and first:
            # spoken words without a written one of their own belong to the word before
            counts[first - 1] = spoken_end
    if counts:
        counts[-1] = len(spoken)
    return counts


def _key(word: str) -> str:
    return "".join(char for char in word.casefold() if char.isalnum())
