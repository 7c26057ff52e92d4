"""How speech sounds: pitch, level, pauses and pace. No words are read, no person is recognised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log2, log10

import numpy as np
from numpy.typing import NDArray

from visavis.layers.perception.base import SAMPLE_RATE, Voice

HOP = SAMPLE_RATE // 100
"""Samples between two measurements: 10 ms."""
_WINDOW = 2 * HOP * 2
LOWEST, HIGHEST = 65.0, 450.0
"""Hz; voices of adults and children lie between."""
_VOICED = 0.55
"""Normalised autocorrelation from which a frame has a pitch."""
_BELOW_PEAK = 28.0
"""dB below the loud parts under which a frame is silence."""
_ABOVE_NOISE, _ABOVE_PAUSE = 6.0, 8.0
"""dB: speech is so far above the softest tenth, but a pause at least so far below the loud parts."""
_QUIETEST = -60.0
"""dBFS; nothing below is speech."""
_PAUSE = 0.25
"""Seconds of silence that make a pause rather than a stop consonant."""
_SURE = 1.5
"""Seconds of voice after which more adds no confidence."""


@dataclass(frozen=True, slots=True)
class Frames:
    """One measurement each 10 ms.

    Attributes:
        level: dBFS.
        pitch: Hz; 0 where there is none.
        sounding: whether it is louder than silence.
    """

    level: NDArray[np.float32]
    pitch: NDArray[np.float32]
    sounding: NDArray[np.bool_]


def voice(audio: NDArray[np.float32], start: float, words: int | None = None) -> Voice | None:
    """See ``PerceptionEngine.listen``."""
    if len(audio) < 2 * _WINDOW:
        return None
    frames = measure(audio)
    voiced = frames.pitch > 0
    sounding = np.flatnonzero(frames.sounding)
    if sounding.size == 0 or voiced.sum() < 10:
        return None
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    seconds = (last - first) / 100
    pitch = frames.pitch[voiced]
    semitones = 12 * np.log2(pitch / np.median(pitch))
    level = frames.level[voiced]
    low, high = np.percentile(semitones, [10, 90])
    soft, loud = np.percentile(level, [10, 90])
    return Voice(
        start=start + first / 100,
        end=start + last / 100,
        voiced=float(voiced.sum()) / 100,
        pitch=float(np.median(pitch)),
        pitch_range=float(high - low),
        pitch_slope=_slope(frames.pitch[first:last]),
        level=float(10 * np.log10(np.mean(10 ** (frames.level[sounding] / 10)))),
        level_range=float(loud - soft),
        pace=words / seconds if words and seconds >= 0.5 else None,
        pauses=_pauses(frames.sounding[first:last]),
        confidence=float(min(1.0, voiced.sum() / 100 / _SURE) * _clarity(frames)),
    )


def combined(voices: Sequence[Voice | None]) -> Voice | None:
    """How a turn sounded whose segments, in order, sounded so; None is one that was not heard.

    Medians and ranges are means of the segments', by how long a voice was heard in each.

    Returns:
        None where the last one was not heard: how the turn went on is not known then.
    """
    if not voices or (last := voices[-1]) is None:
        return None
    heard = [one for one in voices if one is not None]

    def mean(of: Callable[[Voice], float], among: Sequence[Voice] = heard) -> float:
        return float(np.average([of(one) for one in among], weights=[one.voiced for one in among]))

    pitched = [one for one in heard if one.pitch > 0 and one.voiced > 0]
    if len(heard) < 2 or not pitched:
        return last
    pauses = [*heard[0].pauses]
    for before, one in pairwise(voices):
        if one is None:
            continue
        silence = one.start - before.end if before else 0.0
        pauses += [silence] if silence >= _PAUSE else []
        pauses += one.pauses if one is not heard[0] else ()
    return replace(
        last,
        start=heard[0].start,
        voiced=sum(one.voiced for one in heard),
        pitch=2 ** mean(lambda one: log2(one.pitch), pitched),
        pitch_range=mean(lambda one: one.pitch_range, pitched),
        level=10 * log10(mean(lambda one: 10 ** (one.level / 10))),
        level_range=mean(lambda one: one.level_range),
        pace=None,
        pauses=tuple(pauses),
        confidence=mean(lambda one: one.confidence),
    )


def measure(audio: NDArray[np.float32]) -> Frames:
    """Every 10 ms. ``audio``: mono, ``SAMPLE_RATE``."""
    count = (len(audio) - _WINDOW) // HOP + 1
    windows = np.lib.stride_tricks.sliding_window_view(audio, _WINDOW)[::HOP][:count]
    level = 10 * np.log10(np.mean(np.square(windows), axis=1) + 1e-10)
    soft, loud = np.percentile(level, [10, 95])
    audible = (level > loud - _BELOW_PEAK) & (level > _QUIETEST)
    pitch = np.zeros(count, np.float32)
    if audible.any():
        pitch[audible] = _pitch(windows[audible])
    pitch = _without_leaps(pitch)
    # in a noisy room the pauses are loud: what is neither above the noise nor voiced is one
    above = level > np.clip(soft + _ABOVE_NOISE, loud - _BELOW_PEAK, loud - _ABOVE_PAUSE)
    return Frames(level.astype(np.float32), pitch, audible & (above | (pitch > 0)))


def _pitch(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """By autocorrelation, each lag normalised by the energy of both its parts; 0 where there is no pitch."""
    centred = windows - windows.mean(axis=1, keepdims=True)
    size = 2 * _WINDOW
    spectrum = np.fft.rfft(centred, size)
    power = np.fft.irfft(spectrum * np.conj(spectrum), size)[:, :_WINDOW]
    squares = np.cumsum(np.square(centred), axis=1)
    shortest, longest = int(SAMPLE_RATE / HIGHEST), int(SAMPLE_RATE / LOWEST)
    lags = np.arange(shortest, min(longest, _WINDOW - 2 * HOP // 2) + 1)
    head = squares[:, _WINDOW - lags - 1]
    tail = squares[:, -1:] - squares[:, lags - 1]
    strength = power[:, lags] / (np.sqrt(head * tail) + 1e-9)
    best = strength.max(axis=1, keepdims=True)
    # the shortest lag that is nearly as strong: an octave below is as strong, but not what is heard
    peaks = (
        (strength >= 0.9 * best)
        & (strength >= np.roll(strength, 1, 1))
        & (strength >= np.roll(strength, -1, 1))
    )
    chosen = np.where(peaks.any(axis=1), peaks.argmax(axis=1), strength.argmax(axis=1))
    return np.where(best[:, 0] >= _VOICED, SAMPLE_RATE / lags[chosen], 0.0).astype(np.float32)


def _without_leaps(pitch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Drop values far from their neighbours' median: octave errors and clicks."""
    out = pitch.copy()
    for i in np.flatnonzero(pitch):
        near = pitch[max(0, i - 5) : i + 6]
        near = near[near > 0]
        if near.size < 4 or not 0.75 < pitch[i] / np.median(near) < 1.33:
            out[i] = 0.0
    return out


def _slope(pitch: NDArray[np.float32]) -> float:
    """Semitones a second over the last half second that has one."""
    recent = np.flatnonzero(pitch)[-40:]
    recent = recent[recent > recent[-1] - 50]
    if recent.size < 12:
        return 0.0
    return float(np.polyfit(recent / 100, 12 * np.log2(pitch[recent]), 1)[0])


def _pauses(sounding: NDArray[np.bool_]) -> tuple[float, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[True], sounding, [True]]).astype(np.int8)))
    lengths = (edges[1::2] - edges[::2]) / 100
    return tuple(float(length) for length in lengths if length >= _PAUSE)


def _clarity(frames: Frames) -> float:
    """1 for a voice well above what is between its words."""
    between = frames.level[~frames.sounding]
    if between.size < 5:
        return 0.8
    above = float(np.median(frames.level[frames.pitch > 0]) - np.median(between))
    return float(np.clip((above - 5) / 20, 0.2, 1.0))
