"""Events on their way to the room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from visavis.rooms.base import Participant, RoomCaps
from visavis.rooms.memory import MemoryRoom
from visavis.session.outbox import Outbox


@pytest.mark.parametrize("value", [float("nan"), "x" * 2_000])
async def test_an_event_that_cannot_be_sent_is_lost_and_the_next_is_not(value: Any) -> None:
    replica = Participant("the-replica", "tavus-replica-r1", "Ada", "replica", 0.0)
    room = MemoryRoom(replica, RoomCaps(engine="memory", max_message_bytes=1_000))
    bob = room.join("Bob")
    outbox = Outbox(room)
    outbox.put({"event_type": "one", "properties": {"secret": value}})
    outbox.put({"event_type": "two"})
    with capture_logs() as logs:
        running = asyncio.create_task(outbox.run())
        await outbox.flush(5.0)
        running.cancel()
    assert [data["event_type"] for _, data in bob.received] == ["two"]
    assert [(line["event"], line["event_type"]) for line in logs] == [("event not sent", "one")]
