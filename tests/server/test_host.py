from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.server.fakes import GOOD_OFFER, FakeStudio
from visavis.errors import CapacityExceeded, UnknownConversation
from visavis.rooms.base import Participant
from visavis.session.host import MAX_PARTICIPANTS, Host, Listener, Live, SignallingRoom
from visavis.session.spec import ConversationSpec


def spec(name: str = "c1", **more: Any) -> dict[str, Any]:
    about = ConversationSpec(
        conversation_id=name,
        replica_id="r",
        replica_name="R",
        persona_id="p",
        persona_name="P",
        **more,
    )
    return about.model_dump(mode="json")


class SlowStudio(FakeStudio):
    """Opens when told."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        await self.gate.wait()
        return await super().open(spec, replica, listener)


class Told:
    """What the host tells the server."""

    def __init__(self) -> None:
        self.over: list[tuple[str, str]] = []

    def event(self, name: str, seq: int, event: dict[str, Any]) -> None:
        pass

    def logged(self, name: str, lines: list[str]) -> None:
        pass

    def relayed(self, name: str, participant_id: str, frame: str) -> None:
        pass

    def ended(self, name: str, reason: str) -> None:
        self.over.append((name, reason))


async def test_a_conversation_given_up_while_its_room_opens_never_begins() -> None:
    studio, told = SlowStudio(), Told()
    host = Host(studio, told)
    opening = asyncio.create_task(host.create(spec()))
    await asyncio.sleep(0)
    host.end("c1", "given up")
    studio.gate.set()
    with pytest.raises(UnknownConversation):
        await opening
    assert studio.made["c1"][0].closed
    assert host.stats()["conversations"] == 0


async def test_shutting_down_ends_every_conversation_with_the_reason() -> None:
    studio, told = FakeStudio(), Told()
    host = Host(studio, told)
    for name in ("c1", "c2"):
        await host.create(spec(name))
    await host.shutdown("server_shutdown")
    assert sorted(told.over) == [("c1", "server_shutdown"), ("c2", "server_shutdown")]
    assert studio.made["c1"][0].closed == "server_shutdown"
    with pytest.raises(UnknownConversation):
        host.interact("c1", {})


async def test_a_room_without_a_limit_still_has_one() -> None:
    studio, told = FakeStudio(), Told()
    host = Host(studio, told)
    await host.create(spec())
    for _ in range(MAX_PARTICIPANTS - 1):
        await host.join("c1", GOOD_OFFER, "", "")
    with pytest.raises(CapacityExceeded, match="full"):
        await host.join("c1", GOOD_OFFER, "", "")
    await host.shutdown("over")


async def test_joins_at_the_same_time_do_not_overfill_a_room() -> None:
    studio, told = FakeStudio(), Told()
    host = Host(studio, told)
    await host.create(spec(max_participants=2))
    joins = [host.join("c1", GOOD_OFFER, "", "") for _ in range(5)]
    outcomes = await asyncio.gather(*joins, return_exceptions=True)
    assert sum(isinstance(outcome, CapacityExceeded) for outcome in outcomes) == 4
    await host.shutdown("over")
