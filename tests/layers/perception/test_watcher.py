from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import av
import numpy as np
import pytest

from visavis.layers.perception.base import Picture, Sight
from visavis.layers.perception.watcher import Watcher


class CountingEyes:
    """Notes where it was called and what it was shown."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.threads: set[int] = set()

    def look(self, picture: Picture) -> Sight:
        self.pictures.append(picture)
        self.threads.add(threading.get_ident())
        return Sight(picture.at, picture.origin)


async def frames(count: int, every: float) -> AsyncIterator[Any]:
    for index in range(count):
        yield av.VideoFrame.from_ndarray(np.full((48, 64, 3), 4 * index % 256, np.uint8), "rgb24")
        await asyncio.sleep(every)


@pytest.fixture
def lane():
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def watched(lane, count: int, every: float, rate: float = 10.0) -> tuple[CountingEyes, list[Sight]]:
    eyes, told = CountingEyes(), []
    clock = asyncio.get_running_loop().time
    await Watcher(eyes, lane, clock, told.append, rate=rate).watch(frames(count, every))
    return eyes, told


async def test_frames_beyond_the_rate_are_let_go_and_the_last_is_seen(lane):
    eyes, told = await watched(lane, count=60, every=0.01)
    assert 3 <= len(told) <= 10
    assert [sight.at for sight in told] == [picture.at for picture in eyes.pictures]
    greys = [int(picture.rgba[20, 20, 0]) for picture in eyes.pictures]
    assert greys == sorted(greys)
    assert greys[-1] > 4 * 55


async def test_pictures_are_looked_at_off_the_event_loop_s_thread(lane):
    eyes, told = await watched(lane, count=3, every=0.12)
    assert len(told) == 3
    assert threading.get_ident() not in eyes.threads


async def test_a_source_without_frames_is_nothing_to_see(lane):
    assert (await watched(lane, count=0, every=0.0))[1] == []


async def test_while_something_begins_pictures_come_twice_as_often(lane):
    async def looks(soon: bool) -> int:
        told: list[Sight] = []
        clock = asyncio.get_running_loop().time
        watcher = Watcher(CountingEyes(), lane, clock, told.append, rate=4.0, soon=lambda: soon)
        await watcher.watch(frames(100, 0.02))
        return len(told)

    assert 1.5 * await looks(False) < await looks(True)


async def test_what_the_eyes_raise_ends_the_watching(lane):
    class Blind:
        def look(self, picture: Picture) -> Sight:
            raise RuntimeError("no sight")

    watcher = Watcher(Blind(), lane, asyncio.get_running_loop().time, lambda _: None)
    with pytest.raises(ExceptionGroup) as failed:
        await watcher.watch(frames(5, 0.01))
    assert failed.group_contains(RuntimeError, match="no sight")
