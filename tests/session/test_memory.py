"""Nothing of a call is left in its worker's memory when it is over."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rooms.webrtc_room import Shade, Tone
from tests.session.perceiving.seer import NEUTRAL, Seer
from tests.session.scripted import ScriptedLLM, engines
from tests.session.test_live import SPEC
from visavis.client.connection import Connection
from visavis.config import Settings
from visavis.rooms.base import Participant
from visavis.rooms.webrtc import WebRTCRoom
from visavis.session import memory
from visavis.session.host import Host, Listener, Live, SignallingRoom
from visavis.session.live import LiveConversation
from visavis.session.spec import ConversationSpec, PerceptionSpec

PATIENCE = 15.0
ASKED = SPEC.model_copy(update={"perception": PerceptionSpec()}).model_dump(mode="json")


class Unheard:
    """What the host tells nobody. A ``Reporter``."""

    def __getattr__(self, _: str) -> Any:
        return lambda *args: None


class Studio:
    """Real rooms and conversations, and who of their parts is still alive."""

    def __init__(self) -> None:
        self.seer = Seer()
        self.engines = dataclasses.replace(engines(ScriptedLLM()), perception=self.seer)
        self._parts: list[weakref.ref[Any]] = []

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        room = WebRTCRoom(engine="wrtc", replica=replica)
        live = LiveConversation(spec, self.engines, room, Settings(), listener)
        assert live._face
        self._parts += map(weakref.ref, (room, live, live._perceiver, live._face._renderer))
        return room, live

    def joined(self, room: WebRTCRoom) -> None:
        (peer,) = room._peers.values()
        self._parts += map(weakref.ref, (peer, peer._connection))

    @property
    def alive(self) -> list[str]:
        return [type(part).__name__ for ref in self._parts if (part := ref()) is not None]


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Python's own collections would hide who clears up."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
async def test_nothing_of_a_call_outlives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "REST", 0.1)
    studio = Studio()
    host = Host(studio, Unheard())
    await host.create(ASKED)

    async def signal(offer: str) -> str:
        return (await host.join("c1", offer, "", "Ann"))["answer"]

    async with asyncio.timeout(PATIENCE):
        async with Connection.join(
            "unused:", engine="wrtc", microphone=Tone(440), camera=Shade(NEUTRAL), signal=signal
        ):
            studio.joined(host._calls["c1"].room)
            while not studio.seer.looks:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            assert len(studio.alive) == 6
            host.end("c1", "end_conversation_endpoint_hit")
            while host.stats()["conversations"]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        while studio.alive:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    studio.engines.close()
