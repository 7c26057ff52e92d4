"""A person before a browser's camera is seen by a program in the same room, through VP8 and WebRTC."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.conftest import OpenPage
from tests.e2e.test_people import until
from tests.layers.perception.seen import PEOPLE
from visavis.client.call import Call
from visavis.layers.perception.base import Sight
from visavis.layers.perception.conditions import Change, Conditions
from visavis.layers.perception.embedded import EmbeddedPerception
from visavis.layers.perception.watcher import Watcher
from visavis.testing.server_process import RunningServer

FILM = ("african-woman-neutral", 2.5), ("african-woman-smiling", 2.5), ("african-woman-neutral", 1.5)
FPS = 30
"""Of Chromium's fake camera, whatever the film was made at."""
PATIENCE = 40.0


async def test_a_smile_before_a_browser_s_camera_is_seen_and_nothing_else_is(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(
        b"".join((PEOPLE / f"{name}.jpg").read_bytes() * round(seconds * FPS) for name, seconds in FILM)
    )
    url = server.create(custom_greeting="")["conversation_url"]
    conditions, changes, both = Conditions(), list[Change](), asyncio.Event()

    def see(sight: Sight) -> None:
        changes.extend(conditions.feed(sight))
        if {("smiling", True), ("smiling", False)} <= {(one.condition, one.began) for one in changes}:
            both.set()

    with ThreadPoolExecutor(1) as lane:
        async with (
            open_page(f"{url}?join=1&name=Ann", camera=film),
            Call.join(url, user_name="Program", receive_video=False) as program,
            asyncio.timeout(PATIENCE),
        ):
            await until(lambda: _shows_something(program), "somebody shows a camera")
            (ann,) = (one for one in program.participants if "camera" in one.sending)
            watcher = Watcher(EmbeddedPerception().eyes(), lane, time.monotonic, see)

            async def frames():
                async for picture in program.video(ann.id):
                    yield picture.frame

            watching = asyncio.create_task(watcher.watch(frames()))
            await both.wait()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    begun = {change.condition for change in changes if change.began}
    assert begun == {"present", "smiling"}
    assert all(change.confidence > 0.7 for change in changes if change.condition == "smiling")


async def _shows_something(program: Call) -> bool:
    return any("camera" in one.sending for one in program.participants)
