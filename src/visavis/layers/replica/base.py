"""The replica's looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.layers.tts.base import Phoneme

Activity = Literal["idle", "listening", "thinking", "speaking"]


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


class ReplicaRenderer(Protocol):
    """Draws one replica. One instance a conversation; it has state (blinks, gaze, breath)."""

    width: int
    height: int

    def render(self, elapsed: float, activity: Activity, mouth: Mouth) -> NDArray[np.uint8]:
        """The next frame.

        Args:
            elapsed: seconds since the frame before (0.04 at 25 fps).
            activity: what the replica is doing.
            mouth: what it is saying.

        Returns:
            I420 planes as one array of shape (height * 3 // 2, width), not reused by later calls.
        """
        ...
