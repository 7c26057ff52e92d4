"""Sound and pictures through the room, on both engines."""

import asyncio

import numpy as np
import pytest

from tests.rooms.webrtc_room import (
    ENGINES,
    PATIENCE,
    Shade,
    Tone,
    first,
    heard,
    loudness,
    pitch,
    stage,
    take,
    until,
)
from visavis.rooms.base import AudioStarted, ParticipantUpdated, VideoSink

pytestmark = pytest.mark.parametrize("engine", ENGINES)


async def test_the_replicas_voice_is_heard_by_all(engine: str) -> None:
    async with stage(engine) as room:
        room.room.publish_audio(Tone(440))
        async with room.join("Bob", media=True) as bob, room.join("Eve", media=True) as eve:
            for call in (bob, eve):
                ear = heard(call)
                await take(ear, 24_000)
                samples = await take(ear, 24_000)
                assert pitch(samples, 48_000) == pytest.approx(440, abs=5)
                assert loudness(samples) == pytest.approx(8000 / 2**0.5, rel=0.1)


async def test_nothing_old_is_heard_after_the_source_falls_silent(engine: str) -> None:
    async with stage(engine) as room:
        tone = Tone(440)
        room.room.publish_audio(tone)
        async with room.join("Bob", media=True) as bob:
            ear = heard(bob)
            await take(ear, 24_000)
            tone.quiet = True
            # Half a second covers the receiver's own jitter buffer; what follows must be silence.
            await take(ear, 24_000)
            assert loudness(await take(ear, 9_600)) < 20


async def test_the_source_is_pulled_in_real_time_with_nobody_there(engine: str) -> None:
    async with stage(engine) as room:
        tone = Tone(440)
        room.room.publish_audio(tone)
        started = asyncio.get_running_loop().time()
        await until(lambda: tone._position >= 9_600)
        assert asyncio.get_running_loop().time() - started > 0.17


async def test_a_microphone_arrives_at_16_khz(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob", microphone=Tone(300)) as bob:
        (started,) = await room.saw(AudioStarted)
        assert started.participant_id == bob.participant_id
        microphone = room.room.audio_in(bob.participant_id)
        await take(microphone, 8_000)
        samples = await take(microphone, 8_000)
        assert samples.dtype == np.int16
        assert pitch(samples, 16_000) == pytest.approx(300, abs=5)
        assert loudness(samples) == pytest.approx(8000 / 2**0.5, rel=0.1)


async def test_a_microphone_ends_when_its_participant_leaves(engine: str) -> None:
    async with stage(engine) as room:
        async with room.join("Bob", microphone=Tone(300)) as bob:
            microphone = room.room.audio_in(bob.participant_id)
            await first(microphone)
        async with asyncio.timeout(PATIENCE):
            async for _samples in microphone:
                continue
        assert [chunk async for chunk in room.room.audio_in(bob.participant_id)] == []


async def test_pictures_are_seen_as_they_were_written(engine: str) -> None:
    async with stage(engine) as room:
        sink = room.room.publish_video(320, 240, 25)
        assert not sink.wanted
        async with room.join("Bob", media=True) as bob:
            assert sink.wanted
            painter = asyncio.create_task(_paint(sink))
            pictures = bob.video()
            shades, stamps = [], []
            for _ in range(25):
                received = await first(pictures)
                shades.append(float(received.frame.to_ndarray()[:240].mean()))
                stamps.append(received.frame.pts / 90_000)
            painter.cancel()
            assert (received.frame.width, received.frame.height) == (320, 240)
            assert np.diff(shades).min() > -1, "a later picture is never darker, but for the codec's noise"
            assert shades[-1] - shades[0] > 15
            assert np.median(np.diff(stamps)) == pytest.approx(0.04, abs=0.01)


async def test_a_late_viewer_sees_a_still_picture(engine: str) -> None:
    async with stage(engine) as room:
        sink = room.room.publish_video(320, 240, 25)
        sink.write(np.full((360, 320), 99, np.uint8))
        async with room.join("Bob", media=True) as bob:
            received = await first(bob.video())
            assert received.frame.to_ndarray()[:240].mean() == pytest.approx(99, abs=3)


async def _paint(sink: VideoSink) -> None:
    for step in range(200):
        sink.write(np.full((360, 320), 40 + step, np.uint8))
        await asyncio.sleep(0.04)


async def test_a_camera_is_seen_until_its_participant_leaves(engine: str) -> None:
    async with stage(engine) as room:
        async with room.join("Bob", camera=Shade(99)) as bob:
            (updated, *_) = await room.saw(ParticipantUpdated)
            assert (updated.participant.id, updated.participant.sending) == (bob.participant_id, ("camera",))
            camera = room.room.video_in(bob.participant_id, "camera")
            for _ in range(5):
                frame = await first(camera)
            assert frame.to_ndarray(format="yuv420p")[:240].mean() == pytest.approx(99, abs=3)
        async with asyncio.timeout(PATIENCE):
            async for _frame in camera:
                continue
        assert [frame async for frame in room.room.video_in(bob.participant_id, "camera")] == []
