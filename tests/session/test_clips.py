"""Audio that echoes bring."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from visavis.media.playout import RATE
from visavis.protocol.interactions import EchoProperties
from visavis.session import clips as module
from visavis.session.clips import BadClip, Clips


def chunk(samples: np.ndarray, rate: int = 24_000, **more: object) -> EchoProperties:
    audio = base64.b64encode(samples.astype("<i2").tobytes()).decode()
    return EchoProperties.model_validate({"audio": audio, "sample_rate": rate, **more})


def test_chunks_of_one_id_are_seamless_also_without_a_modality() -> None:
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
    clips = Clips()
    refs = [
        clips.decode(chunk(part, inference_id="x", done=True if last else None)).ref
        for part, last in zip(np.split(tone, 10), [*[False] * 9, True], strict=True)
    ]
    joined = np.concatenate([clips.take(ref) for ref in refs]).astype(np.float64)
    whole = Clips()
    expected = whole.take(whole.decode(chunk(tone)).ref).astype(np.float64)
    assert np.abs(joined[:48_000] - expected[: len(joined)]).max() < 100


def test_audio_that_waits_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1.5)
    clips = Clips()
    second = chunk(np.zeros(RATE), rate=RATE)
    first = clips.decode(second)
    clips.decode(second)
    with pytest.raises(BadClip, match="too much audio waits"):
        clips.decode(second)
    clips.drop(first.ref)
    clips.drop(first.ref)
    clips.decode(second)
    with pytest.raises(BadClip):
        clips.decode(second)
