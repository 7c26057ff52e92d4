"""The embedded engines, loaded once for all tests of this folder."""

from __future__ import annotations

import pytest

from visavis.layers.conversational_flow.smart_turn import SmartTurn
from visavis.layers.stt.whisper import Whisper
from visavis.layers.tts.hibari import HibariTTS


@pytest.fixture(scope="session")
def whisper() -> Whisper:
    return Whisper()


@pytest.fixture(scope="session")
def hibari() -> HibariTTS:
    return HibariTTS()


@pytest.fixture(scope="session")
def smart_turn() -> SmartTurn:
    return SmartTurn()
