from __future__ import annotations

import numpy as np
import pytest

from tests.layers.spoken import jfk, said
from visavis.errors import ModelUnavailable
from visavis.layers.conversational_flow.smart_turn import SmartTurn, features
from visavis.layers.tts.hibari import HibariTTS

PAUSE = np.zeros(3200, np.float32)


def test_a_whole_sentence_is_complete_and_a_cut_one_is_not(smart_turn: SmartTurn) -> None:
    # "And so, my fellow Americans, | ask not | what your country can do for you"
    assert smart_turn.complete(jfk()[: round(4.4 * 16_000)]) < 0.5
    assert smart_turn.complete(jfk()[: round(10.9 * 16_000)]) > 0.5


def test_most_spoken_questions_are_complete_and_most_beginnings_are_not(
    smart_turn: SmartTurn, hibari: HibariTTS
) -> None:
    whole = ["What is the capital of France?", "I would like a cup of tea, please.", "Tell me a story."]
    cut = ["I was thinking that maybe we could", "My phone number is five five", "Because the"]
    judged_whole = [smart_turn.complete(np.concatenate((said(hibari, text), PAUSE))) for text in whole]
    judged_cut = [smart_turn.complete(np.concatenate((said(hibari, text)[:-6000], PAUSE))) for text in cut]
    assert np.median(judged_whole) > 0.5
    assert np.median(judged_whole) > np.median(judged_cut)


def test_only_the_last_eight_seconds_count(smart_turn: SmartTurn) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 80_000).astype(np.float32)
    assert smart_turn.complete(np.concatenate((noise, jfk()))) == smart_turn.complete(jfk())


def test_features_are_those_of_the_upstream_extractor() -> None:
    # corner values of transformers.WhisperFeatureExtractor(chunk_length=8), do_normalize=True, on this clip
    upstream = np.array(
        [
            [0.82087, 0.72894, 0.58605, 0.81879],
            [0.25334, 0.47559, 0.77582, 1.23434],
            [0.35254, 0.40768, 0.69208, 1.03841],
            [0.09911, -0.09573, 0.34653, 0.63777],
        ]
    )
    made = features(jfk())
    assert made.shape == (80, 800)
    assert made.dtype == np.float32
    assert made[::20, ::200] == pytest.approx(upstream, abs=1e-4)


@pytest.mark.parametrize("samples", [0, 1, 512])
def test_next_to_no_audio_is_judged_too(smart_turn: SmartTurn, samples: int) -> None:
    assert 0 <= smart_turn.complete(np.zeros(samples, np.float32)) <= 1


def test_a_missing_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="visavis models fetch"):
        SmartTurn()
