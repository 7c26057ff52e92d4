"""Looks at finished recordings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


@dataclass
class Seen:
    """A recording, decoded as a player would.

    Attributes:
        sound: mono at 48 kHz, -1 to 1; begins at 0 of the timeline.
        shown: seconds at which each picture is shown.
        pictures: their luminance.
    """

    sound: NDArray[np.float32]
    shown: list[float]
    pictures: list[NDArray[np.uint8]]

    def loudness(self, begin: float, end: float) -> float:
        """RMS between two moments, seconds."""
        part = self.sound[round(begin * RATE) : round(end * RATE)]
        return float(np.sqrt(np.mean(np.square(part)))) if len(part) else 0.0

    def pitch(self, begin: float, end: float, lowest: float = 0.0, highest: float = RATE / 2) -> float:
        """The loudest frequency between two moments, Hz."""
        part = self.sound[round(begin * RATE) : round(end * RATE)]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        hertz = np.arange(len(spectrum)) * RATE / len(part)
        spectrum[(hertz < lowest) | (hertz > highest)] = 0.0
        return float(hertz[spectrum.argmax()])


def look(path: Path) -> Seen:
    """Decode all of it."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
    pieces: list[NDArray[np.float32]] = []
    seen = Seen(np.zeros(0, np.float32), [], [])
    with av.open(str(path)) as file:
        for frame in file.decode():
            if isinstance(frame, av.AudioFrame):
                begins = round(float(frame.time or 0.0) * RATE) - sum(map(len, pieces))
                if begins > 0:
                    pieces.append(np.zeros(begins, np.float32))
                frame.pts = None
                pieces.extend(part.to_ndarray().reshape(-1) for part in resampler.resample(frame))
            elif isinstance(frame, av.VideoFrame):
                seen.shown.append(float(frame.time or 0.0))
                seen.pictures.append(frame.to_ndarray(format="gray"))
    seen.sound = np.concatenate(pieces) if pieces else seen.sound
    return seen
