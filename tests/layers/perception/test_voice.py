from __future__ import annotations

import numpy as np
import pytest
import soxr

from tests.layers.spoken import jfk, said
from visavis.layers.perception.base import SAMPLE_RATE
from visavis.layers.perception.voice import combined, voice


def test_a_public_speaker_s_pauses_and_pace_are_measured():
    heard = voice(jfk(), start=100.0, words=22)
    assert heard is not None
    assert 100.2 < heard.start < 100.5 and 110.5 < heard.end < 111.0
    assert [pause for pause in heard.pauses if pause > 0.9] == pytest.approx([1.1, 1.05], abs=0.15)
    assert heard.pace == pytest.approx(22 / (heard.end - heard.start))
    assert heard.confidence > 0.9


def test_pitch_and_level_follow_the_voice(hibari):
    audio = said(hibari, "I would like to know your name please, and where you come from.")
    usual = voice(audio, 0.0, 13)
    higher = voice(soxr.resample(audio, 1.25, 1.0).astype(np.float32), 0.0, 13)
    louder = voice(audio * 2, 0.0, 13)
    assert usual and higher and louder
    assert higher.pitch == pytest.approx(1.25 * usual.pitch, rel=0.03)
    assert louder.level == pytest.approx(usual.level + 6.0, abs=0.1)
    assert louder.pitch == usual.pitch


def test_the_segments_of_a_turn_sound_together_as_the_whole_does():
    audio = jfk()
    cut = int(3.7 * SAMPLE_RATE)  # within a pause
    whole = voice(audio, 100.0)
    parts = [voice(audio[:cut], 100.0), voice(audio[cut:], 103.7)]
    together = combined([part for part in parts if part])
    assert whole and together
    assert (together.start, together.end) == pytest.approx((whole.start, whole.end), abs=0.05)
    assert together.voiced == pytest.approx(whole.voiced, rel=0.05)
    assert together.pitch == pytest.approx(whole.pitch, rel=0.03)
    assert together.pitch_range == pytest.approx(whole.pitch_range, rel=0.15)
    assert together.level == pytest.approx(whole.level, abs=0.3)
    long, as_long = ([pause for pause in one.pauses if pause > 0.4] for one in (whole, together))
    assert as_long == pytest.approx(long, abs=0.1) and len(long) == 3
    assert combined([]) is None


def test_what_was_not_heard_of_a_turn_is_no_pause():
    parts = [voice(jfk(), start) for start in (0.0, 12.0, 40.0)]
    first, _, last = parts
    assert first and last
    gap = combined([first, None, last])
    assert gap and (gap.start, gap.end) == (first.start, last.end)
    assert gap.pauses == first.pauses + last.pauses
    assert combined([None, last]) == last
    assert combined([first, None]) is None, "how it went on is not known"


@pytest.mark.parametrize("hertz", [80, 120, 220, 400])
def test_a_tone_s_pitch_is_right_and_flat(hertz):
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 8)) * 0.1
    heard = voice(tone.astype(np.float32), 0.0)
    assert heard is not None
    assert heard.pitch == pytest.approx(hertz, rel=0.01)
    assert heard.pitch_range < 0.5


def test_pauses_are_found_in_a_noisy_room_too(hibari):
    half = said(hibari, "I would like to know your name please.")
    audio = np.concatenate([half, np.zeros(SAMPLE_RATE, np.float32), half])
    noise = np.random.default_rng(2).normal(0, np.sqrt(np.mean(half**2)) / 10, len(audio))
    heard = voice((audio + noise).astype(np.float32), 0.0)
    assert heard is not None
    assert max(heard.pauses) == pytest.approx(1.2, abs=0.25)


def test_noise_around_a_voice_moves_its_pitch_little_and_lowers_confidence():
    clean = jfk()
    noise = np.random.default_rng(1).normal(0, 1, len(clean)).astype(np.float32)
    noisy = clean + noise * np.sqrt(np.mean(clean**2)) * 10 ** (-15 / 20)
    quiet, loud = voice(clean, 0.0), voice(noisy.astype(np.float32), 0.0)
    assert quiet and loud
    assert loud.pitch == pytest.approx(quiet.pitch, rel=0.1)
    assert loud.confidence < quiet.confidence


def test_where_nobody_speaks_there_is_no_voice():
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    assert voice(noise, 0.0) is None
    assert voice(np.zeros(SAMPLE_RATE, np.float32), 0.0) is None
    assert voice(np.zeros(100, np.float32), 0.0) is None
