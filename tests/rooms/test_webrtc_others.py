"""People in one room hear and see each other, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rooms.webrtc_room import ENGINES, Shade, Tone, first, loudness, pitch, stage, take, until
from visavis.client.connection import Connection

pytestmark = pytest.mark.parametrize("engine", ENGINES)


async def bare(call: Connection, participant_id: str) -> AsyncGenerator[NDArray[np.int16]]:
    async for chunk in call.audio(participant_id):
        yield chunk.samples


async def test_two_people_hear_each_other_and_the_replica(engine: str) -> None:
    async with stage(engine) as room, AsyncExitStack() as people:
        room.room.publish_audio(Tone(440))
        bob = await people.enter_async_context(room.join("Bob", microphone=Tone(300), media=True))
        eve = await people.enter_async_context(room.join("Eve", microphone=Tone(700), media=True))
        for listener, speaker, hertz in ((bob, eve, 700), (eve, bob, 300)):
            ear = bare(listener, speaker.participant_id)
            await take(ear, 24_000)
            samples = await take(ear, 24_000)
            assert pitch(samples, 48_000) == pytest.approx(hertz, abs=5)
            assert loudness(samples) == pytest.approx(8000 / 2**0.5, rel=0.15)


async def test_what_somebody_sends_is_told(engine: str) -> None:
    async with (
        stage(engine) as room,
        room.join("Eve") as eve,
        room.join("Bob", microphone=Tone(300), camera=Shade(99)) as bob,
    ):

        def sending() -> tuple[str, ...]:
            return next((p.sending for p in eve.participants if p.id == bob.participant_id), ())

        await until(lambda: sending() == ("microphone", "camera"))
        bob._say("sending", sources=["camera"])
        await until(lambda: sending() == ("camera",))


async def test_a_camera_is_seen_by_who_wants_it(engine: str) -> None:
    async with stage(engine) as room, room.join("Eve") as eve, room.join("Bob", camera=Shade(99)) as bob:
        pictures = eve.video(bob.participant_id)
        for _ in range(5):
            received = await first(pictures)
        assert received.frame.to_ndarray(format="yuv420p")[:240].mean() == pytest.approx(99, abs=3)


async def test_the_way_of_one_who_left_is_used_for_the_next(engine: str) -> None:
    async with stage(engine) as room, room.join("Eve") as eve:
        for hertz in (300, 500):
            async with room.join("Bob", microphone=Tone(hertz)) as bob:
                ear = bare(eve, bob.participant_id)
                await take(ear, 24_000)
                assert pitch(await take(ear, 24_000), 48_000) == pytest.approx(hertz, abs=5)
            async with asyncio.timeout(10):
                async for _ in ear:
                    continue
        assert len(eve._connection.getTransceivers()) == 1


async def test_what_nobody_reads_any_more_is_not_sent(engine: str) -> None:
    async with stage(engine) as room, room.join("Eve") as eve, room.join("Bob", microphone=Tone(300)) as bob:

        def listeners() -> int:
            (peer,) = (one for one in room.room._peers.values() if one.participant.id == bob.participant_id)
            return len(peer.outlet("microphone").slots)

        one, other = bare(eve, bob.participant_id), bare(eve, bob.participant_id)
        await first(one)
        await first(other)
        assert listeners() == 1
        await one.aclose()
        await first(other)
        await other.aclose()
        await until(lambda: listeners() == 0)
        ear = bare(eve, bob.participant_id)
        await take(ear, 24_000)
        assert pitch(await take(ear, 24_000), 48_000) == pytest.approx(300, abs=5)
        assert len(eve._connection.getTransceivers()) == 1
