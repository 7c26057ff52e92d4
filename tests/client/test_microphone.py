"""What a program says with its own voice."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rooms.webrtc_room import PATIENCE, loudness, pitch, stage, take
from visavis.client import Microphone
from visavis.errors import ConfigurationError
from visavis.rooms.base import AudioStarted


def tone(hertz: float, seconds: float, rate: int) -> NDArray[np.float32]:
    time = np.arange(int(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


async def pulled(microphone: Microphone, work: asyncio.Task[None]) -> NDArray[np.int16]:
    """Everything that is said until the work is done, as a call pulls it, but at once."""
    said = []
    while not work.done():
        said.append(microphone.pull(960))
        await asyncio.sleep(0)
    await work
    return np.concatenate(said)


@pytest.mark.parametrize("rate", (16_000, 44_100, 48_000))
async def test_samples_of_any_rate_are_said_without_seams(rate: int) -> None:
    microphone = Microphone()
    whole = tone(440, 1.0, rate)

    async def pieces() -> AsyncIterator[NDArray[np.float32]]:
        for start in range(0, len(whole), 1000):
            yield whole[start : start + 1000]

    said = await pulled(microphone, asyncio.create_task(microphone.play(pieces(), rate)))
    sound = said[np.flatnonzero(said)[0] : np.flatnonzero(said)[-1]]
    assert len(sound) == pytest.approx(48_000, abs=500)
    assert pitch(sound, 48_000) == pytest.approx(440, abs=2)
    assert np.abs(np.diff(sound.astype(int))).max() < 1500  # a seam would be a jump


async def test_writing_waits_for_what_was_written() -> None:
    microphone = Microphone()
    writing = asyncio.create_task(microphone.write(np.ones(48_000, np.int16), 48_000))
    await asyncio.sleep(0)
    assert not writing.done()
    microphone.pull(48_000 - 9_600)
    await asyncio.wait_for(writing, 1)
    await microphone.write(np.ones(0, np.int16), 48_000)


async def test_what_is_forgotten_is_silent() -> None:
    microphone = Microphone()
    writing = asyncio.create_task(microphone.write(np.ones(48_000, np.int16), 48_000))
    await asyncio.sleep(0)
    microphone.clear()
    await asyncio.wait_for(writing, 1)
    assert not microphone.pull(960).any()


async def test_a_wav_file_is_heard_in_the_room(tmp_path: Path) -> None:
    stereo = np.repeat((tone(600, 1.5, 24_000) * 32_767).astype("<i2"), 2)
    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(stereo.tobytes())
    microphone = Microphone()
    async with stage("aiortc") as room, room.join("Bob", microphone=microphone) as bob:
        await room.saw(AudioStarted)
        playing = asyncio.create_task(microphone.play(tmp_path / "tone.wav"))
        heard = room.room.audio_in(bob.participant_id)
        async with asyncio.timeout(PATIENCE):
            while loudness(window := await take(heard, 4000)) < 1000:
                continue
            window = await take(heard, 8000)
            await playing
        assert pitch(window, 16_000) == pytest.approx(600, abs=5)


async def test_what_cannot_be_played_is_said(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_text("hello")
    with pytest.raises(ConfigurationError, match=r"no\.wav: no WAV file"):
        await Microphone().play(tmp_path / "no.wav")
    with pytest.raises(ConfigurationError, match="rate"):
        await Microphone().play(np.zeros(3, np.int16))
    with wave.open(str(tmp_path / "eight.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * 10)
    with pytest.raises(ConfigurationError, match="16-bit"):
        await Microphone().play(tmp_path / "eight.wav")
