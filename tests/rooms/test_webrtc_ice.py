"""Trickled candidates, ICE restarts and later offers, on both engines."""

import asyncio
import contextlib
import random
from typing import Any

import pytest

from tests.rooms.webrtc_room import ENGINES, PATIENCE, REPLICA, Stage, Tone, first, stage
from visavis.errors import SignallingError
from visavis.media.pump import AudioPump
from visavis.rooms.base import AppMessage, AudioStarted
from visavis.rooms.webrtc import sdp, wire
from visavis.rooms.webrtc.engine import load

pytestmark = pytest.mark.parametrize("engine", ENGINES)


class BareClient:
    """A peer connection with both channels, and nothing done for it."""

    def __init__(self, engine: str) -> None:
        self.engine = load(engine)
        self.pc = self.engine.connection([])
        self.app = self.pc.createDataChannel(wire.APP_CHANNEL)
        self.signal = self.pc.createDataChannel(wire.SIGNAL_CHANNEL)
        self.signals: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.signal.on("message", lambda frame: self.signals.put_nowait(wire.load(frame)))

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def answered(self, answer: str) -> None:
        await self.pc.setRemoteDescription(self.engine.description("answer", answer))

    async def join(self, room: Stage) -> str:
        joined = await room.room.accept(await self.offer())
        await self.answered(joined.answer_sdp)
        await self.told("welcome")
        return joined.participant_id

    async def told(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                signal = await self.signals.get()
                if signal["type"] == "ping":
                    self.signal.send(wire.dump({"type": "pong", "n": signal["n"]}))
                if signal["type"] == kind:
                    return signal


async def test_candidates_may_come_after_the_offer(engine: str) -> None:
    async with stage(engine) as room:
        client = BareClient(engine)
        offer = await client.offer()
        fragment = sdp.fragment_of(offer)
        bare = "".join(
            line for line in offer.splitlines(True) if not line.startswith(("a=candidate", "a=end-of"))
        )
        joined = await room.room.accept(bare)
        await client.answered(joined.answer_sdp)
        assert await room.room.add_candidate(joined.participant_id, fragment) is None
        assert (await client.told("welcome"))["participant_id"] == joined.participant_id
        await client.pc.close()


@pytest.mark.parametrize("fragment", ["", "a=candidate:nonsense", "a=ice-ufrag:new"])
async def test_a_fragment_that_cannot_be_used_is_refused_and_the_call_goes_on(
    engine: str, fragment: str
) -> None:
    async with stage(engine) as room:
        client = BareClient(engine)
        participant_id = await client.join(room)
        with pytest.raises(SignallingError):
            await room.room.add_candidate(participant_id, fragment)
        client.app.send('{"data": "still here"}')
        await room.saw(AppMessage)
        await client.pc.close()


async def test_an_ice_restart_is_followed_where_the_engine_can(engine: str) -> None:
    async with stage(engine) as room:
        client = BareClient(engine)
        participant_id = await client.join(room)
        restart = "a=ice-ufrag:anew\r\na=ice-pwd:0123456789abcdef01234567\r\n"
        if room.room.caps.ice_restart:
            answer = sdp.read_fragment(await room.room.add_candidate(participant_id, restart) or "")
            assert answer.ufrag
            assert answer.ufrag != sdp.ice_ufrag(client.pc.remoteDescription.sdp)
            assert answer.candidates
        else:
            with pytest.raises(SignallingError, match="join again"):
                await room.room.add_candidate(participant_id, restart)
        await client.pc.close()


async def test_a_microphone_may_be_added_by_a_later_offer(engine: str) -> None:
    async with stage(engine) as room:
        client = BareClient(engine)
        participant_id = await client.join(room)
        frames: asyncio.Queue[Any] = asyncio.Queue()
        client.pc.addTrack(client.engine.track("audio", frames.get))
        client.signal.send(wire.dump({"type": "offer", "sdp": await client.offer()}))
        await client.answered((await client.told("answer"))["sdp"])
        pump = AudioPump(Tone(300).pull, frames.put_nowait, client.engine.audio_channels)
        speaking = asyncio.create_task(pump.run())
        (started,) = await room.saw(AudioStarted)
        assert started.participant_id == participant_id
        assert len(await first(room.room.audio_in(participant_id))) > 0
        speaking.cancel()
        await client.pc.close()


async def test_an_offer_that_cannot_be_answered_later_is_an_error_signal(engine: str) -> None:
    async with stage(engine) as room:
        client = BareClient(engine)
        await client.join(room)
        client.signal.send('{"type": "offer", "sdp": "v=0"}')
        assert "offer" in (await client.told("error"))["message"]
        client.app.send('{"data": "still here"}')
        await room.saw(AppMessage)
        await client.pc.close()


async def test_mangled_offers_are_answered_or_refused_and_nothing_else(engine: str) -> None:
    client, dice = BareClient(engine), random.Random(1)
    client.pc.addTransceiver("audio")
    client.pc.addTransceiver("video")
    lines = (await client.offer()).splitlines()
    async with stage(engine) as room:
        for _ in range(40):
            with contextlib.suppress(SignallingError):
                joined = await room.room.accept(_mangled(lines, dice))
                await room.room.leave(joined.participant_id)
        assert room.room.participants() == [REPLICA]
    await client.pc.close()


def _mangled(lines: list[str], dice: random.Random) -> str:
    mangled = list(lines)
    at = dice.randrange(len(mangled))
    line, cut = mangled[at], dice.randrange(len(mangled[at]) + 1)
    match dice.randrange(4):
        case 0:
            del mangled[at]
        case 1:
            mangled.insert(at, dice.choice(lines))
        case 2:
            mangled[at] = line[:cut]
        case _:
            mangled[at] = line[:cut] + dice.choice(["x", "-1", "9" * 20, " ", "é", "\x00", ":"]) + line[cut:]
    return "\r\n".join(mangled) + "\r\n"
