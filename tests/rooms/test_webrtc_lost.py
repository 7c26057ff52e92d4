"""Clients that vanish, stall or never quite arrive, on both engines."""

import asyncio
import gc
import sys
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.rooms.webrtc_room import ENGINES, Stage, Tone, stage, until
from visavis.errors import SignallingError
from visavis.rooms.base import ParticipantJoined, ParticipantLeft
from visavis.rooms.webrtc import peer as peers
from visavis.rooms.webrtc.engine import load

pytestmark = pytest.mark.parametrize("engine", ENGINES)


@asynccontextmanager
async def client_process(room: Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.rooms.silent_client",
        room.engine,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            size = int(await process.stdout.readline())
            offer = (await process.stdout.readexactly(size)).decode()
            answer = (await room.room.accept(offer)).answer_sdp
            process.stdin.write(f"{len(answer)}\n{answer}".encode())
            await process.stdin.drain()
            await room.saw(ParticipantJoined)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_killed_client_is_noticed_within_ten_seconds(engine: str) -> None:
    async with stage(engine) as room, client_process(room) as process:
        process.kill()
        async with asyncio.timeout(10):
            (left,) = await room.saw(ParticipantLeft)
        assert left.reason == "connection lost"
        assert len(room.room.participants()) == 1


async def test_a_client_that_never_opens_its_channels_is_dropped(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.rooms.webrtc.room.JOIN_SECONDS", 0.5)
    async with stage(engine) as room:
        connection = load(engine).connection([])
        connection.createDataChannel("visavis.app")
        connection.createDataChannel("visavis.signal")
        await connection.setLocalDescription(await connection.createOffer())
        joined = await room.room.accept(connection.localDescription.sdp)
        await connection.close()
        await until(lambda: joined.participant_id not in room.room._peers)
        assert room.happened == []
        with pytest.raises(SignallingError):
            await room.room.add_candidate(joined.participant_id, "a=end-of-candidates")


async def test_those_who_left_are_let_go(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[weakref.ref[object]] = []

    def watched(*given: Any) -> peers.Peer:
        made = peers.Peer(*given)
        alive.extend([weakref.ref(made), weakref.ref(made._connection)])
        return made

    monkeypatch.setattr("visavis.rooms.webrtc.room.Peer", watched)
    async with stage(engine) as room:
        room.room.publish_audio(Tone(440))
        for n in range(5):
            async with room.join(str(n), media=True, microphone=Tone(300)):
                await room.saw(ParticipantJoined, n + 1)
            await room.saw(ParticipantLeft, n + 1)
        assert len(alive) == 10
        await until(lambda: gc.collect() >= 0 and all(ref() is None for ref in alive))
