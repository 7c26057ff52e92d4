from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.layers.spoken import jfk
from visavis.errors import ModelUnavailable
from visavis.layers.conversational_flow.base import VAD_FRAME
from visavis.layers.conversational_flow.silero import Silero


def judged(vad: Silero, audio: NDArray[np.float32]) -> NDArray[np.float64]:
    whole = len(audio) // VAD_FRAME * VAD_FRAME
    return np.array([vad(frame) for frame in audio[:whole].reshape(-1, VAD_FRAME)])


def test_speech_is_heard_and_silence_between_is_not() -> None:
    speech = judged(Silero(), jfk())
    assert speech[15:65].min() > 0.9  # "And so, my fellow Americans"
    assert speech[75:100].max() < 0.35  # the pause behind it


def test_noise_is_no_speech() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 48_000).astype(np.float32)
    assert np.median(judged(Silero(), noise)) < 0.2


def test_each_microphone_has_its_own_state() -> None:
    alone = judged(Silero(), jfk())
    one, other = Silero(), Silero()
    together = []
    for frame in jfk()[: len(alone) * VAD_FRAME].reshape(-1, VAD_FRAME):
        together.append(one(frame))
        other(np.zeros(VAD_FRAME, np.float32))
    assert together == alone.tolist()


def test_reset_forgets_the_past() -> None:
    vad = Silero()
    first = judged(vad, jfk()[:32_000])
    vad.reset()
    assert judged(vad, jfk()[:32_000]).tolist() == first.tolist()


def test_a_missing_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="visavis models fetch"):
        Silero()
