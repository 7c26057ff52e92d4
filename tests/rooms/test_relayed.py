"""Participants without WebRTC in the embedded room."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from visavis.errors import UnknownConversation
from visavis.rooms.base import Participant
from visavis.rooms.webrtc import pace, wire
from visavis.rooms.webrtc.room import RELAY_BACKLOG, WebRTCRoom

REPLICA = Participant("replica", "tavus-replica-r", "Vera", "replica", 0.0)


class Guest:
    """Somebody who is attached; ``frames`` is what was delivered."""

    def __init__(self, room: WebRTCRoom, name: str) -> None:
        self.frames: list[dict[str, Any]] = []
        self.size = 0
        room.attach(Participant(name, "", name, "person", 0.0), self.deliver)

    def deliver(self, frame: str) -> None:
        self.frames.append(json.loads(frame))
        self.size += wire.size(frame)

    def heard(self, sender: str) -> int:
        return sum(frame.get("from") == sender for frame in self.frames)


@pytest.fixture
def room() -> WebRTCRoom:
    return WebRTCRoom("aiortc", REPLICA)


async def test_who_leaves_too_much_unread_gets_no_more_of_others_until_it_was_read(room: WebRTCRoom) -> None:
    speaker, slow = Guest(room, "speaker"), Guest(room, "slow")
    frame = wire.app_to("slow", wire.dump("é" * 100_000))
    for _ in range(30):
        room.relay("speaker", frame)
    assert RELAY_BACKLOG <= slow.size <= RELAY_BACKLOG + 300_000
    assert speaker.frames[-1]["type"] == "error"
    before = slow.heard("speaker")

    await room.send_app_message({"event_type": "conversation.utterance"})
    assert slow.heard("replica") == 1, "the replica's still come"

    room.read("slow", slow.size)
    room.relay("speaker", frame)
    assert slow.heard("speaker") == before + 1
    await room.close("over")


async def test_a_frame_that_is_no_text_is_answered(room: WebRTCRoom) -> None:
    guest = Guest(room, "guest")
    room.relay("guest", None)
    assert guest.frames[-1] == {"type": "error", "message": "binary frame"}
    await room.close("over")


async def test_junk_of_a_client_that_does_not_read_is_not_answered_for_ever(
    room: WebRTCRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "BURST", 100_000)
    guest = Guest(room, "guest")
    for _ in range(20_000):
        room.relay("guest", "junk")
    assert guest.size < 300_000
    await room.close("over")


async def test_who_floods_the_room_is_told_once_and_others_are_spared(room: WebRTCRoom) -> None:
    flooding, calm = Guest(room, "flooding"), Guest(room, "calm")
    with capture_logs() as logged:
        for number in range(30_000):
            room.relay("flooding", wire.app_to("calm", wire.dump({"n": number})))
            if number % 1000 == 0:
                room.relay("calm", wire.app_to("*", wire.dump({"n": number})))
    heard = calm.heard("flooding")
    assert pace.BURST <= heard < 2 * pace.BURST
    assert flooding.heard("calm") == 30, "others are as free as before"
    told = [frame["message"] for frame in flooding.frames if frame.get("type") == "error"]
    assert told.count(pace.ANSWER) == 1
    assert [entry["times"] for entry in logged if entry.get("reason") == pace.REASON] == [
        1,
        10,
        100,
        1000,
        10_000,
    ]
    await room.close("over")


async def test_the_limit_of_a_frame_counts_bytes(room: WebRTCRoom) -> None:
    guest = Guest(room, "guest")
    room.relay("guest", wire.app_to("*", wire.dump("é" * 131_100)))
    assert guest.frames[-1] == {"type": "error", "message": "frame too large"}
    await room.close("over")


async def test_nobody_joins_while_the_room_says_goodbye(room: WebRTCRoom) -> None:
    Guest(room, "guest")
    closing = asyncio.create_task(room.close("over"))
    await asyncio.sleep(0)
    with pytest.raises(UnknownConversation):
        Guest(room, "late")
    with pytest.raises(UnknownConversation):
        await room.accept("v=0")
    await closing
