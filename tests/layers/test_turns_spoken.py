"""Turns taken on real speech with the embedded engines; every engine answers at once, so no clock counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests import material
from tests.layers.loudness import silence
from tests.layers.spoken import said, word_errors
from tests.layers.test_turns import Output, at_once, settle
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.layers.conversational_flow.listener import Listener
from visavis.layers.conversational_flow.silero import Silero
from visavis.layers.conversational_flow.smart_turn import SmartTurn
from visavis.layers.conversational_flow.turns import TurnTaker
from visavis.layers.stt.whisper import Whisper
from visavis.layers.tts.hibari import HibariTTS


async def told(
    whisper: Whisper,
    smart_turn: SmartTurn,
    audio: NDArray[np.int16],
    *,
    settings: FlowSettings | None = None,
    replica_speaking: bool = False,
) -> list[str]:
    output = Output()
    listener = Listener(Silero(), settings)
    turns = TurnTaker(listener, whisper, smart_turn, transcribing=at_once, judging=at_once, output=output)
    turns.replica_speaking = replica_speaking
    for start in range(0, len(audio), 320):
        turns.feed(audio[start : start + 320])
        await settle()
    return output.told


def ended(lines: list[str]) -> list[str]:
    return [line.removeprefix("ended ") for line in lines if line.startswith("ended ")]


def pcm(audio: NDArray[np.float32]) -> NDArray[np.int16]:
    return (np.clip(audio, -1, 1) * 32767).astype(np.int16)


async def test_a_speech_with_long_pauses_is_understood_to_its_end(
    whisper: Whisper, smart_turn: SmartTurn
) -> None:
    audio = np.concatenate((silence(1), material.samples("jfk"), silence(3)))
    lines = await told(whisper, smart_turn, audio, settings=FlowSettings(patience="high"))
    assert lines[0] == "started"
    # pauses in it may end a turn, but no word may fall between two turns
    assert word_errors(material.CLIPS["jfk"].words, " ".join(ended(lines))) <= 2
    assert len(ended(lines)) <= 2


async def test_two_sentences_are_two_turns_each_with_its_words(
    whisper: Whisper, smart_turn: SmartTurn, hibari: HibariTTS
) -> None:
    first, second = "What is the capital of France?", "I would like to book a table for two."
    audio = np.concatenate(
        (silence(1), pcm(said(hibari, first)), silence(2), pcm(said(hibari, second)), silence(2))
    )
    turns = ended(await told(whisper, smart_turn, audio))
    assert len(turns) == 2
    assert word_errors(first, turns[0]) <= 1
    assert word_errors(second, turns[1]) <= 1


async def test_each_start_has_one_stop_before_the_turn_ends(whisper: Whisper, smart_turn: SmartTurn) -> None:
    audio = np.concatenate((silence(1), material.samples("jfk"), silence(3)))
    lines = [line for line in await told(whisper, smart_turn, audio) if not line.startswith("heard")]
    speaking = False
    for line in lines:
        assert speaking is (line == "stopped")
        speaking = line == "started"
    assert lines[-1].startswith("ended")


async def test_the_replica_is_interrupted_by_speech_but_not_by_noise(
    whisper: Whisper, smart_turn: SmartTurn
) -> None:
    noise = np.random.default_rng(0).normal(0, 800, 48_000).astype(np.int16)
    assert await told(whisper, smart_turn, noise, replica_speaking=True) == []
    lines = await told(whisper, smart_turn, material.samples("jfk")[:40_000], replica_speaking=True)
    assert lines[0] == "started"
