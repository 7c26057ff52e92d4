"""One connection to a room: media that come after the join."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.rooms.webrtc_room import ENGINES, PATIENCE, Stage, Tone, first, pitch, stage, take, until
from visavis.client.connection import Connection
from visavis.errors import CallEnded
from visavis.rooms.base import AudioStarted


def join(room: Stage) -> AbstractAsyncContextManager[Connection]:
    async def signal(offer: str) -> str:
        return (await room.room.accept(offer, user_name="Bob")).answer_sdp

    return Connection.join(
        "http://unused", engine=room.engine, receive_audio=False, receive_video=False, signal=signal
    )


async def heard(connection: Connection) -> AsyncIterator[NDArray[np.int16]]:
    async for chunk in connection.audio():
        yield chunk.samples


@pytest.mark.parametrize("engine", ENGINES)
async def test_media_may_come_after_the_join(engine: str) -> None:
    async with stage(engine) as room, join(room) as bob, asyncio.timeout(PATIENCE):
        room.room.publish_audio(Tone(440))
        sink = room.room.publish_video(64, 48, 25)
        await bob.add_media(receive_video=True)
        await until(lambda: sink.wanted)
        sink.write(np.full((72, 64), 128, np.uint8))
        assert (await first(bob.video())).frame.width == 64
        await bob.add_media(receive_audio=True)
        assert pitch((await take(heard(bob), 48_000))[24_000:], 48_000) == pytest.approx(440, abs=5)
        await bob.add_media(microphone=Tone(880))
        (started,) = await room.saw(AudioStarted)
        assert started.participant_id == bob.participant_id
        await bob.add_media(microphone=Tone(220), receive_audio=True, receive_video=True)


async def test_media_added_after_the_end_is_refused_in_words() -> None:
    async with stage("aiortc") as room, join(room) as bob:
        await room.room.close("the hour is over")
        await bob.closed.wait()
        with pytest.raises(CallEnded, match="the hour is over"):
            await bob.add_media(receive_audio=True)
