"""Audio echoes, and what is heard of the replica."""

from __future__ import annotations

import asyncio
import base64

import numpy as np

from visavis.testing.conformance.hooks.registry import HOOKS, Hook, hook
from visavis.testing.conformance.probes import LOUD, hear, loudness
from visavis.testing.conformance.session import Session, Unmet


def _tone(seconds: float, rate: int) -> bytes:
    times = np.arange(int(seconds * rate)) / rate
    return (9000 * np.sin(2 * np.pi * 300 * times)).astype("<i2").tobytes()


async def audio_echo(session: Session, rate: int, seconds: float, chunk: float, name: str = "tone") -> None:
    """Send a tone in chunks, as fast as it goes.

    Args:
        session: sends.
        rate: Hz.
        seconds: how long it is.
        chunk: seconds of each.
        name: its ``inference_id``.
    """
    pcm = _tone(seconds, rate)
    size = int(chunk * rate) * 2
    for start in range(0, len(pcm), size):
        await session.send(
            "echo",
            {
                "modality": "audio",
                "audio": base64.b64encode(pcm[start : start + size]).decode(),
                "sample_rate": rate,
                "inference_id": name,
                "done": start + size >= len(pcm),
            },
        )


async def _check_duration(session: Session, seconds: float) -> None:
    """The next utterance takes so long: by its stop, and where that has null, by the clock.

    Raises:
        Unmet: it takes more or less.
    """
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    began = session.arrived[session.cursor - 1]
    stop = await session.expect({"event_type": "conversation.replica.stopped_speaking"})
    told = stop.get("properties", {}).get("duration")
    if told is None:
        took, least, most = session.arrived[session.cursor - 1] - began, seconds - 0.3, seconds + 0.6
    elif isinstance(told, (int, float)):
        took, least, most = float(told), seconds - 0.1, seconds + 0.2
    else:
        raise Unmet(f"duration is {told!r}")
    if not least <= took <= most:
        raise Unmet(f"{seconds:g} s of audio took {took:.2f} s")


def _audio_at(rate: int) -> Hook:
    async def case(session: Session) -> None:
        await session.create({})
        await session.join()
        await audio_echo(session, rate, 1.0, 0.1)
        await _check_duration(session, 1.0)

    return case


for _rate in (8000, 16000, 24000, 44100, 48000):
    HOOKS[f"audio_at_{_rate}"] = _audio_at(_rate)


@hook
async def audio_interleaved(session: Session) -> None:
    """Two utterances whose chunks alternate stay two utterances."""
    await session.create({})
    await session.join()
    pcm = base64.b64encode(_tone(0.3, 16000)).decode()
    for done in (False, True):
        for name in ("one", "two"):
            await session.send(
                "echo",
                {"modality": "audio", "audio": pcm, "sample_rate": 16000, "inference_id": name, "done": done},
            )
    for _ in range(2):
        await _check_duration(session, 0.6)


@hook
async def audio_with_gaps(session: Session) -> None:
    """Chunks that come slower than real time are one utterance all the same."""
    await session.create({})
    await session.join()
    pcm = base64.b64encode(_tone(0.2, 16000)).decode()
    for number in range(3):
        await session.send(
            "echo",
            {
                "modality": "audio",
                "audio": pcm,
                "sample_rate": 16000,
                "inference_id": "slow",
                "done": number == 2,
            },
        )
        await asyncio.sleep(0.4)
    await session.expect({"event_type": "conversation.replica.stopped_speaking"})
    starts = session.find(lambda event: event["event_type"] == "conversation.replica.started_speaking")
    if len(starts) != 1:
        raise Unmet(f"one utterance began {len(starts)} times")


@hook
async def audio_without_done(session: Session) -> None:
    """A sender that never says ``done`` does not hold the replica for ever."""
    await session.create({})
    await session.join()
    pcm = base64.b64encode(_tone(0.6, 16000)).decode()
    await session.send("echo", {"modality": "audio", "audio": pcm, "sample_rate": 16000, "inference_id": "x"})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    await session.expect({"event_type": "conversation.replica.stopped_speaking"}, within=30)


@hook
async def audio_is_heard(session: Session) -> None:
    """As a sound of its pitch."""
    await session.create({})
    seat = await session.join()
    await audio_echo(session, 24000, 2.0, 0.1)
    await hear(session, "voice", 5.0)
    sound = (await seat.hear(0.5)).astype(np.float64)
    pitch = float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound)))))) / len(sound) * 48_000
    if not 285 <= pitch <= 315:
        raise Unmet(f"a tone of 300 Hz was heard as {pitch:.0f} Hz")


@hook
async def events_agree_with_sound(session: Session) -> None:
    """There is a voice between the start and the stop that are told."""
    await session.create({})
    await session.join()
    await session.send("echo", {"text": "One two three four five six seven eight nine ten."})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    levels = []
    while not session.find(lambda event: event["event_type"] == "conversation.replica.stopped_speaking"):
        levels.append(await loudness(session))
    loud = sum(level > LOUD for level in levels)
    if loud < len(levels) / 2:
        raise Unmet(f"a voice was heard in {loud} of {len(levels)} tenths of a second while it spoke")
