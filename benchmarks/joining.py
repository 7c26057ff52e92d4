"""From click to picture: how long a person waits to see the replica."""

from __future__ import annotations

import time

from playwright.async_api import Browser

from benchmarks.browser import browser, opened
from benchmarks.figures import Figure, milliseconds
from benchmarks.peer import joined
from benchmarks.rig import Rig, differences

PAGE = "Chromium, a new profile and a new conversation each time; the page is loaded, then Join is clicked"
PEER = "Python peer (aiortc), a new conversation each time; from the call of Call.join"


async def by_click(rig: Rig, runs: int) -> list[Figure]:
    """Click on the page's Join button to the first picture and to ``system.replica_joined``."""
    async with browser() as running:
        marks = [await _click(rig, running) for _ in range(runs)]
    clicked, picture, event = zip(*marks, strict=True)
    return [
        milliseconds(
            "click → first video frame, in Chromium",
            differences(clicked, picture),
            f"{PAGE}; to the first requestVideoFrameCallback of the replica's video",
        ),
        milliseconds(
            "click → replica_joined, in Chromium",
            differences(clicked, event),
            f"{PAGE}; to the event's arrival on the data channel",
        ),
    ]


async def _click(rig: Rig, running: Browser) -> tuple[float | None, float | None, float | None]:
    async with rig.conversation() as url, opened(running, url) as tab:
        await tab.join()
        event = await tab.event("system.replica_joined")
        return await tab.mark("clickedAt"), await tab.mark("firstPictureAt"), event


async def by_peer(rig: Rig, runs: int) -> list[Figure]:
    """The same for a program: no page, no camera."""
    picture: list[float | None] = []
    event: list[float | None] = []
    for _ in range(runs):
        async with rig.conversation() as url:
            begun = time.monotonic()
            async with joined(url, video=True) as peer:
                seen = await peer.first_picture()
                told = await peer.message("system.replica_joined", begun, 20)
            picture.append(seen - begun if seen else None)
            event.append(told.at - begun if told else None)
    return [
        milliseconds("join → first video frame, Python peer", picture, f"{PEER}; to the first decoded frame"),
        milliseconds("join → replica_joined, Python peer", event, f"{PEER}; to the event's arrival"),
    ]
