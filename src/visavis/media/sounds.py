"""What is heard, as those who draw a mouth need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phoneme:
    """A sound and when it is made.

    Attributes:
        symbol: IPA, one sound; empty for silence.
        start: seconds from the segment's beginning.
        end: likewise.
    """

    symbol: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Mouth:
    """What the mouth needs to know at one moment.

    Attributes:
        phonemes: the sounds around now, their times relative to now (0 is being heard), seconds.
        loudness: of the audio being heard, 0 to 1 (RMS, compressed); moves head and brows, and the
            jaw where ``phonemes`` is empty but there is sound (audio without text).
    """

    phonemes: Sequence[Phoneme] = field(default_factory=tuple)
    loudness: float = 0.0
