"""Speech to text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz of the audio an STT engine takes."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said.

    Attributes:
        text: empty when it was no speech.
        no_speech: probability that it was none, 0 to 1.
    """

    text: str
    no_speech: float = 0.0


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known before anything was said; an engine that cannot use it need not.

    Attributes:
        language: ISO 639-1; empty: whichever it is.
        hotwords: words and names to be expected; empty for none.
    """

    language: str = ""
    hotwords: str = ""


NO_HINTS = Hints()


class STT(Protocol):
    """An engine. One instance serves a worker; calls come from one thread at a time.

    Attributes:
        languages: ISO 639-1 codes of those it understands; None: any that is asked for.
    """

    languages: frozenset[str] | None

    def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
        """Blocking. ``audio`` is mono, ``SAMPLE_RATE``, within -1 to 1, at most 30 s."""
        ...
