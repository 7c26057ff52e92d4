"""How exactly a voice is measured: synthesized speech changed by known amounts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.figures import Figure
from visavis.layers.perception.base import SAMPLE_RATE, Voice
from visavis.layers.perception.voice import voice
from visavis.layers.tts.hibari import HibariTTS

Samples = NDArray[np.float32]
SENTENCES = (
    "I would like to know your name please, and where you come from.",
    "The train to the city leaves at half past nine from the second platform.",
    "We could meet tomorrow afternoon, if that is not too early for you.",
    "My sister has bought a house by the sea, with a large garden.",
)
PITCHES = (0.75, 0.85, 1.15, 1.3)
LEVELS = (-12.0, -6.0, 6.0)
PAUSES = (0.4, 0.7, 1.1, 1.8)


def voices() -> list[Figure]:
    """Errors of pitch, level and pauses, in a quiet room and in noise."""
    engine = HibariTTS()
    spoken = [
        _trimmed(soxr.resample(engine.synthesize(text).samples, engine.sample_rate, SAMPLE_RATE))
        for text in SENTENCES
    ]
    figures = []
    for where, room in (
        ("quiet", _quiet),
        ("noise 20 dB below", _noisy(20)),
        ("noise 10 dB below", _noisy(10)),
    ):
        pitch, level, pause, missed = [], [], [], 0
        for audio in spoken:
            plain = _heard(audio)
            for factor in PITCHES:
                shifted = soxr.resample(audio, factor, 1.0).astype(np.float32)
                pitch.append(abs(12 * np.log2(_heard(room(shifted)).pitch / (factor * plain.pitch))))
            for decibels in LEVELS:
                louder = (audio * 10 ** (decibels / 20)).astype(np.float32)
                level.append(abs(_heard(room(louder)).level - plain.level - decibels))
            for seconds in PAUSES:
                gap = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
                found = _heard(room(np.concatenate([audio, gap, audio]))).pauses
                near = [abs(length - seconds) for length in found if abs(length - seconds) < 0.3]
                pause += [min(near)] if near else []
                missed += not near
        figures += [
            Figure(f"pitch, {where}", "semitones of error", pitch, "speech resampled by known factors"),
            Figure(f"level, {where}", "dB of error", level, "speech made louder and softer"),
            Figure(f"a pause, {where}", "s of error", pause, "0.4 to 1.8 s put in", missing=missed),
        ]
    return figures


def _trimmed(audio: Samples) -> Samples:
    """Without silence at its ends."""
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    return audio[loud[0] : loud[-1] + 1].astype(np.float32)


def _heard(audio: Samples) -> Voice:
    heard = voice(audio, 0.0)
    assert heard is not None
    return heard


def _quiet(audio: Samples) -> Samples:
    return audio


def _noisy(decibels: float) -> Callable[[Samples], Samples]:
    """White noise so far below the speech."""

    def room(audio: Samples) -> Samples:
        speech = np.sqrt(np.mean(np.square(audio[np.abs(audio) > 0.01])))
        noise = np.random.default_rng(3).normal(0, speech * 10 ** (-decibels / 20), len(audio))
        return (audio + noise).astype(np.float32)

    return room
