"""What a call receives, and when it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.rooms.base import AppMessage


@dataclass(frozen=True, slots=True)
class ReceivedMessage(AppMessage):
    """An app message, and when it came.

    Attributes:
        received_at: ``time.monotonic`` seconds.
    """

    received_at: float


@dataclass(frozen=True, slots=True)
class ReceivedAudio:
    """A chunk of what the replica says.

    Attributes:
        samples: mono int16 at 48 kHz.
        received_at: ``time.monotonic`` seconds, after the jitter buffer.
    """

    samples: NDArray[np.int16]
    received_at: float


@dataclass(frozen=True, slots=True)
class ReceivedPicture:
    """A frame of what the replica shows.

    Attributes:
        frame: ``av.VideoFrame`` in yuv420p.
        received_at: ``time.monotonic`` seconds, after decoding.
    """

    frame: Any
    received_at: float

    def to_ndarray(self, format: str = "rgb24") -> NDArray[np.uint8]:
        """The picture as an array, by PyAV: ``rgb24`` is of shape (height, width, 3)."""
        pixels: NDArray[np.uint8] = self.frame.to_ndarray(format=format)
        return pixels
