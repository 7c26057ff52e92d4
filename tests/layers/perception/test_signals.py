from __future__ import annotations

from typing import Any

from visavis.layers.perception.base import Voice
from visavis.layers.perception.conditions import CONDITIONS
from visavis.layers.perception.signals import SIGNALS, told
from visavis.layers.perception.tone import Usual
from visavis.session.perceiving.calls import signals


def voice(**changed: Any) -> Voice:
    usual = {"start": 0.0, "end": 3.0, "voiced": 2.0, "level": -30.0, "level_range": 10.0, "pitch": 120.0}
    rest = {"pitch_range": 5.0, "pitch_slope": 0.0, "pace": 2.8, "pauses": (), "confidence": 1.0}
    return Voice(**{**usual, **rest, **changed})


def test_every_condition_is_a_signal() -> None:
    assert set(CONDITIONS) == {name for name, signal in SIGNALS.items() if signal.modality == "vision"}


def test_every_tone_is_a_signal_and_every_signal_of_the_voice_a_tone() -> None:
    said = set()
    for changed in (
        {"level": -24.0, "pitch": 150.0, "pace": 5.0, "pitch_range": 9.0},
        {"level": -36.0, "pitch": 95.0, "pace": 1.2, "pitch_range": 1.0},
        {"pauses": (1.5,), "pitch_slope": 20.0},
    ):
        usual = Usual()
        said |= signals(usual.tone(voice(**changed)))
        for _ in range(4):
            usual.tone(voice())
        said |= signals(usual.tone(voice(**changed)))
    assert said - {"faster than usual", "slower than usual"} == {
        name for name, signal in SIGNALS.items() if signal.modality == "audio"
    }


def test_less_is_told_where_emotions_are_not_to_be_read() -> None:
    assert told("full") == set(SIGNALS)
    assert told("full") - told("limited") >= {"frowning", "surprised", "fast"}
    assert told("limited") - told("off") >= {"smiling", "nodding"}
    assert told("off") >= {"present", "left", "looking away", "sharing the screen"}
