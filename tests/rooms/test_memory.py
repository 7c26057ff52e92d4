"""The room without a network."""

import asyncio
from typing import Any

import av
import numpy as np
import pytest

from visavis.errors import MessageTooLarge, VisavisError
from visavis.rooms.base import (
    AppMessage,
    AudioStarted,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
)
from visavis.rooms.memory import MemoryRoom

REPLICA = Participant("the-replica", "tavus-replica", "Ada", "replica", 0.0)


class Counter:
    def __init__(self) -> None:
        self.pulls: list[int] = []

    def pull(self, samples: int) -> np.ndarray:
        self.pulls.append(samples)
        return np.full(samples, len(self.pulls), np.int16)


async def test_it_tells_the_same_story_as_a_real_room() -> None:
    room = MemoryRoom(REPLICA)
    bob, eve = room.join("Bob"), room.join("Eve")
    before = bob.participant
    assert [person.user_name for person in room.participants()] == ["Ada", "Bob", "Eve"]
    bob.send({"n": 1})
    bob.send("for Eve", to=eve.participant.id)
    await room.send_app_message("hello", to=bob.participant.id)
    bob.speak(np.ones(160, np.int16))
    bob.sends("camera", "microphone")
    bob.leave("connection lost")
    await room.close("over")
    assert [event async for event in room.events()] == [
        ParticipantJoined(before),
        ParticipantJoined(eve.participant),
        AppMessage(bob.participant.id, {"n": 1}),
        AudioStarted(bob.participant.id),
        ParticipantUpdated(bob.participant),
        ParticipantLeft(bob.participant, "connection lost"),
        ParticipantLeft(eve.participant, "room closed"),
    ]
    assert bob.participant.sending == ("microphone", "camera")
    assert eve.received == [(bob.participant.id, {"n": 1}), (bob.participant.id, "for Eve")]
    assert bob.received == [(REPLICA.id, "hello")]
    assert (bob.closed_reason, eve.closed_reason) == (None, "over")
    with pytest.raises(VisavisError):
        room.join()


async def test_a_microphone_is_heard_until_its_guest_leaves() -> None:
    room = MemoryRoom(REPLICA)
    bob = room.join()
    bob.speak(np.arange(160, dtype=np.int16))
    bob.leave()
    bob.speak(np.arange(160, dtype=np.int16))
    assert [len(chunk) async for chunk in room.audio_in(bob.participant.id)] == [160]
    assert [chunk async for chunk in room.audio_in("nobody")] == []


async def test_the_newest_picture_of_a_source_is_seen_until_its_guest_leaves() -> None:
    room = MemoryRoom(REPLICA)
    bob = room.join()
    camera = room.video_in(bob.participant.id, "camera")
    coming: asyncio.Future[Any] = asyncio.ensure_future(anext(camera))
    await asyncio.sleep(0)
    first, second, last = (av.VideoFrame(2 * size, 2, "yuv420p") for size in (1, 2, 3))
    bob.show(first)
    assert await coming is first
    bob.show(av.VideoFrame(8, 8, "yuv420p"), "screen")
    bob.show(second)
    bob.show(last)
    bob.leave()
    assert [frame async for frame in camera] == [last]
    assert [frame async for frame in room.video_in(bob.participant.id, "camera")] == []
    assert [frame async for frame in room.video_in("nobody", "camera")] == []


def test_time_passes_when_it_is_played() -> None:
    room = MemoryRoom(REPLICA)
    assert not room.play().any()
    source = Counter()
    room.publish_audio(source)
    assert set(room.play(1000)) == {1, 2}
    assert source.pulls == [960, 40]


def test_the_newest_picture_is_kept() -> None:
    room = MemoryRoom(REPLICA)
    sink = room.publish_video(4, 2, 25)
    sink.write(np.full((3, 4), 7, np.uint8))
    assert room.sink is not None
    assert room.sink.newest is not None
    assert room.sink.newest.max() == 7


async def test_the_limit_on_messages_holds() -> None:
    room = MemoryRoom(REPLICA)
    with pytest.raises(MessageTooLarge):
        await room.send_app_message("x" * 255 * 1024)
    with pytest.raises(MessageTooLarge):
        room.join().send("x" * 255 * 1024)
