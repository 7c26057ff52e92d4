"""From interrupt to silence. The replica plays a steady tone, so that the last audible sample is no pause."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.browser import browser, opened
from benchmarks.figures import Figure, milliseconds
from benchmarks.peer import Peer, joined
from benchmarks.rig import Rig
from visavis.protocol.interactions import Echo, EchoProperties

TONE_SECONDS = 5.0
TONE_RATE = 16_000
STOPPED = "conversation.replica.stopped_speaking"
NOTHING_SENT, NOTHING_HEARD = "< 40 ms p95", "< 100 ms p95"
AFTERMATH = 0.6
"""Seconds after the stop in which late sound would show."""
WHERE = "the replica echoes a 440 Hz tone and is interrupted after 0.6 to 1.2 s"


def tone() -> EchoProperties:
    """An echo whose every 20 ms are audible."""
    time_axis = np.arange(int(TONE_SECONDS * TONE_RATE)) / TONE_RATE
    samples = (0.3 * 32767 * np.sin(2 * np.pi * 440 * time_axis)).astype("<i2")
    audio = base64.b64encode(samples.tobytes()).decode()
    return EchoProperties(modality="audio", audio=audio, sample_rate=TONE_RATE, done=True)


async def by_peer(rig: Rig, runs: int) -> list[Figure]:
    """Interrupt by a Python peer."""
    async with rig.conversation() as url, joined(url) as peer:
        marks = [await _cut(peer) for _ in range(runs)]
    happened, told, wire, heard = zip(*marks, strict=True)
    sound = "to the last sample over -40 dBFS"
    return [
        milliseconds(
            "interrupt → stopped_speaking happened (ours)",
            happened,
            f"Python peer; {WHERE}; to the time that the event bears",
        ),
        milliseconds(
            "interrupt → stopped_speaking arrives", told, f"Python peer; {WHERE}; to the event's arrival"
        ),
        milliseconds(
            "interrupt → nothing more sent",
            wire,
            f"Python peer; {WHERE}; {sound} in an RTP packet as it arrives, loopback transit included",
            aim=NOTHING_SENT,
        ),
        milliseconds(
            "interrupt → last audible sample, Python peer",
            heard,
            f"{WHERE}; {sound} that comes out of aiortc's jitter buffer",
            aim=NOTHING_HEARD,
        ),
    ]


async def _cut(peer: Peer) -> tuple[float | None, float | None, float | None, float | None]:
    await peer.settle()
    begun = time.monotonic()
    await peer.call.send(Echo(properties=tone()).wire())
    if await peer.heard.begins(begun, 10) is None:
        return None, None, None, None
    await asyncio.sleep(random.uniform(0.6, 1.2))
    cut = time.monotonic()
    await peer.interrupt()
    stopped = await peer.message(STOPPED, cut, 10)
    await asyncio.sleep(AFTERMATH)
    if stopped is None:
        return None, None, None, None
    # Silence before the interrupt arrived cannot be: the tone has none. No sound after it counts as at once.
    wire, heard = peer.wire.sound.last_after(cut) or cut, peer.heard.last_after(cut) or cut
    return stopped.sent_at - cut, stopped.at - cut, wire - cut, heard - cut


async def by_page(rig: Rig, runs: int) -> list[Figure]:
    """Interrupt in Chromium: what a person hears."""
    heard: Sequence[float | None]
    told: Sequence[float | None]
    properties = tone().model_dump(exclude_none=True)
    marks: list[tuple[float | None, float | None]] = []
    async with rig.conversation() as url, browser() as running, opened(running, url) as tab:
        await tab.join()
        for _ in range(runs):
            await tab.settle()
            begun = await tab.say("conversation.echo", **properties)
            if await tab.first_sound(begun) is None:
                marks.append((None, None))
                continue
            await asyncio.sleep(random.uniform(0.6, 1.2))
            cut = await tab.say("conversation.interrupt")
            stopped = await tab.event(STOPPED, cut)
            await asyncio.sleep(AFTERMATH)
            last = await tab.last_sound(cut) or cut
            marks.append((stopped - cut if stopped else None, last - cut if stopped else None))
        buffered = await tab.jitter_buffer_ms()
    told, heard = zip(*marks, strict=True)
    where = "Chromium with its video on the same cores"
    held = "getStats: jitterBufferDelay / jitterBufferEmittedCount over the call"
    return [
        milliseconds(
            "interrupt → stopped_speaking arrives, in Chromium", told, f"{where}; {WHERE}; to the arrival"
        ),
        milliseconds(
            "interrupt → last audible sample, in Chromium",
            heard,
            f"{where}; {WHERE}; to the last sample over -40 dBFS that the page gets",
            aim=NOTHING_HEARD,
        ),
        Figure("Chromium's audio jitter buffer, while interrupting", "ms", [buffered], held),
    ]
