from __future__ import annotations

import numpy as np
import pytest

from visavis.media.mel import BANDS, log_mel


@pytest.mark.parametrize(("hertz", "band"), [(200, 4), (1000, 26), (3000, 54), (7000, 76)])
def test_a_tone_is_loudest_in_its_own_band(hertz: int, band: int) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000).astype(np.float32)
    assert int(log_mel(tone, 100).mean(axis=1).argmax()) == pytest.approx(band, abs=1)


@pytest.mark.parametrize("samples", [0, 1, 15_999, 16_000, 20_000])
def test_audio_of_any_length_fills_the_frames_asked_for(samples: int) -> None:
    features = log_mel(np.ones(samples, np.float32), 100)
    assert features.shape == (BANDS, 100)
    assert np.isfinite(features).all()
