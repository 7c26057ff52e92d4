"""Speech for tests, and what was said compared with what was heard."""

from __future__ import annotations

import re

import numpy as np
import soxr
from numpy.typing import NDArray

from tests import material
from visavis.layers.tts.base import TTS


def jfk() -> NDArray[np.float32]:
    return material.samples("jfk").astype(np.float32) / 32768


def said(tts: TTS, text: str) -> NDArray[np.float32]:
    """A text spoken by a TTS engine, at 16 kHz."""
    return soxr.resample(tts.synthesize(text).samples, tts.sample_rate, 16_000).astype(np.float32)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def word_errors(expected: str, heard: str) -> int:
    """Words to change, add or remove (Levenshtein)."""
    a, b = words(expected), words(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]
