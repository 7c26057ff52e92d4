"""Text to speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from visavis.media.sounds import Phoneme


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text and when it has been said.

    Attributes:
        text_end: characters of the text up to and with this word (trailing punctuation included).
        end: seconds from the segment's beginning.
    """

    text_end: int
    end: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A synthesized segment.

    Attributes:
        samples: mono, within -1 to 1, at the engine's ``sample_rate``.
        words: in order; the last one's ``text_end`` is the text's length.
    """

    samples: NDArray[np.float32]
    phonemes: tuple[Phoneme, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Spelled:
    """The sounds of a text's characters from ``start`` to ``end``, in the International Phonetic Alphabet."""

    start: int
    end: int
    ipa: str


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that an engine has.

    Attributes:
        tags: what it is like, such as its language.
    """

    name: str
    tags: tuple[str, ...] = ()


class TTS(Protocol):
    """An engine. One instance serves a worker; calls come from one thread at a time.

    Attributes:
        languages: ISO 639-1 codes of those it speaks; None: any.
    """

    sample_rate: int
    languages: frozenset[str] | None

    def synthesize(self, text: str) -> Speech:
        """Blocking. One clause or sentence; text without a speakable sound gives an empty ``Speech``."""
        ...


@runtime_checkable
class PhoneticTTS(TTS, Protocol):
    """An engine that can be told the sounds of words."""

    def pronounce(self, text: str, spelled: Sequence[Spelled]) -> Speech:
        """As ``synthesize``, with these sounds at these places; they are in order and do not overlap."""
        ...
