"""Pipecat from the package index, unmodified: its DailyTransport joins, hears, sees, speaks and messages."""

from __future__ import annotations

import asyncio
import json
import wave
from pathlib import Path

import numpy as np
import pytest
import soxr

from tests.compat.environment import Environment, environment
from visavis.rooms.base import PLAYOUT_RATE
from visavis.testing.conformance.voice import Voice
from visavis.testing.server_process import RunningServer

PROGRAM = "pipecat-ai==1.14.0"
DEPENDENCIES = (
    *("aiofiles<27", "aiohttp<4", "docstring_parser<1", "loguru~=0.7.3", "loudness<1", "numpy<3"),
    *("Pillow<14", "pydantic<3", "sentencex==1.0.32", "soxr~=1.0.0", "wait_for2<1", "websockets"),
)
BOT = Path(__file__).with_name("pipecat_bot.py")
BOT_RATE = 16_000


@pytest.fixture(scope="module")
def pipecat(cache: Path) -> Environment:
    return environment(cache, PROGRAM, DEPENDENCIES)


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = asyncio.run(Voice().say("Hello, what can you do for me?"))
    path = tmp_path_factory.mktemp("question") / "question.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(BOT_RATE)
        file.writeframes(soxr.resample(said, PLAYOUT_RATE, BOT_RATE).astype(np.dtype("<i2")).tobytes())
    return path


@pytest.mark.parametrize("ears", ["renderer", "speaker"])
def test_a_bot_takes_part(pipecat: Environment, server: RunningServer, question: Path, ears: str) -> None:
    created = server.create(custom_greeting="")
    ran = pipecat.run("python", BOT, created["conversation_url"], created["conversation_id"], question, ears)
    assert ran.returncode == 0, ran.stderr
    saw = json.loads(ran.stdout)
    assert saw["failed"] is None
    assert saw["joined"] == ["meetingSession", "participants"]
    assert [name for name in saw["participants"] if "tavus-replica" in name]
    assert saw["replica"][0] == "I say exactly this."
    assert saw["loudest"] > 1000
    assert saw["picture"] == [[640, 480]]
    assert "what can you do" in saw["user"][0].lower()
