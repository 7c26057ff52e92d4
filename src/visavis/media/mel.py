"""Log-mel features as Whisper's feature extractor makes them (Slaney scale, 25 ms window, 10 ms hop)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW = 400
HOP = 160
BANDS = 80


def log_mel(audio: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Features of the first ``frames`` hops of the audio, silence added behind it as needed.

    Args:
        audio: mono, ``SAMPLE_RATE``.
        frames: hops of 10 ms.

    Returns:
        Array of shape (``BANDS``, ``frames``).
    """
    samples = frames * HOP
    padded = np.zeros(samples, np.float32)
    padded[: len(audio)] = audio[:samples]
    padded = np.pad(padded, WINDOW // 2, mode="reflect")
    windows = sliding_window_view(padded, WINDOW)[::HOP][:frames]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    loudness = np.log10(np.maximum(_filterbank() @ power.T, 1e-10))
    loudness = np.maximum(loudness, loudness.max() - 8.0)
    return np.ascontiguousarray((loudness + 4.0) / 4.0, dtype=np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)


@cache
def _filterbank() -> NDArray[np.float32]:
    highest_mel = 15.0 + np.log(SAMPLE_RATE / 2 / 1000.0) * 27.0 / np.log(6.4)
    mels = np.linspace(0.0, highest_mel, BANDS + 2)
    hertz = np.where(mels < 15.0, mels * 200.0 / 3.0, 1000.0 * np.exp(np.log(6.4) / 27.0 * (mels - 15.0)))
    bins = np.linspace(0.0, SAMPLE_RATE / 2, WINDOW // 2 + 1)
    ramps = hertz[:, None] - bins[None]
    widths = np.diff(hertz)[:, None]
    triangles = np.maximum(0.0, np.minimum(-ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]))
    return np.asarray(triangles * (2.0 / (hertz[2:] - hertz[:-2]))[:, None], np.float32)
