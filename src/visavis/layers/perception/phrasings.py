"""How a signal is spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visavis.layers.perception.asked import Modality

Aspect = Literal["holds", "over", "opposite"]
"""That a signal holds or begins; that it held and does no more; that it does not hold."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One of them.

    Attributes:
        needs: words, without their endings, of which one must be there: opposites are told apart by single
            words more surely than by vectors. Empty: any will do.
        holds: phrasings that it holds or begins.
        over: that it is over.
        opposite: that its opposite holds.
    """

    modality: Modality
    needs: str
    holds: tuple[str, ...]
    over: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()


def lines(text: str) -> tuple[str, ...]:
    """A text's lines, without what indents them."""
    return tuple(line.strip() for line in text.strip().splitlines())
