"""The mouth from frame to frame."""

from __future__ import annotations

from visavis.layers.replica.drawn.lips import LipMotion
from visavis.media.sounds import Mouth, Phoneme

FRAME = 0.04
OPEN = Mouth((Phoneme("ɑ", -0.1, 0.1),), 0.7)
SILENCE = Mouth()


def test_the_mouth_is_shut_two_frames_after_speech_is_cut_off() -> None:
    lips = LipMotion()
    assert lips.step(FRAME, OPEN).jaw > 0.7
    assert lips.step(FRAME, SILENCE).jaw < 0.25
    shut = lips.step(FRAME, SILENCE)
    assert shut.jaw == shut.upper == shut.lower == 0


def test_pursed_lips_ease_back_after_the_cut() -> None:
    lips = LipMotion()
    lips.step(FRAME, Mouth((Phoneme("u", -0.1, 0.1),), 0.5))
    rounds = [lips.step(FRAME, SILENCE).round for _ in range(8)]
    assert rounds == sorted(rounds, reverse=True)
    assert rounds[-1] == 0


def test_loudness_alone_opens_the_mouth_within_two_frames() -> None:
    lips = LipMotion()
    lips.step(FRAME, SILENCE)
    lips.step(FRAME, Mouth((), 0.8))
    assert lips.step(FRAME, Mouth((), 0.8)).jaw > 0.6


def test_loudness_alone_lets_the_jaw_fall_slower_than_it_rises() -> None:
    lips = LipMotion()
    for _ in range(5):
        loud = lips.step(FRAME, Mouth((), 0.8)).jaw
    quieter = lips.step(FRAME, Mouth((), 0.2)).jaw
    assert 0.35 < quieter < loud


def test_loudness_alone_varies_the_shape_of_the_lips() -> None:
    lips = LipMotion()
    shapes = [lips.step(FRAME, Mouth((), 0.7)) for _ in range(50)]
    assert max(shape.round for shape in shapes) > 0.15
    assert max(shape.wide for shape in shapes) > 0.15


def test_silence_keeps_the_mouth_shut() -> None:
    lips = LipMotion()
    assert all(lips.step(FRAME, SILENCE).jaw == 0 for _ in range(10))


def test_louder_speech_opens_wider() -> None:
    soft = LipMotion().step(FRAME, Mouth((Phoneme("ɛ", -0.1, 0.1),), 0.1)).jaw
    loud = LipMotion().step(FRAME, Mouth((Phoneme("ɛ", -0.1, 0.1),), 1.0)).jaw
    assert loud > soft * 1.1
