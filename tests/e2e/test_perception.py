"""A person before a browser's camera is seen by a program in the same room, through VP8 and WebRTC."""

from __future__ import annotations

import asyncio
import base64
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np

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
LOOP = sum(seconds for _, seconds in FILM)
PATIENCE = 60.0
SOON = 4.0
"""Seconds from a smile on the wire to its tool's call, on a busy machine; 1 is what is aimed at."""


def filmed(folder: Path) -> Path:
    """What the browser's camera shows, over and over."""
    film = folder / "camera.mjpeg"
    film.write_bytes(
        b"".join((PEOPLE / f"{name}.jpg").read_bytes() * round(seconds * FPS) for name, seconds in FILM)
    )
    return film


async def test_a_smile_before_a_browser_s_camera_is_seen_and_nothing_else_is(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    film = filmed(tmp_path)
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


SMILED = {
    "type": "function",
    "function": {
        "name": "user_smiled",
        "description": "Call this when the user smiles.",
        "parameters": {"type": "object", "properties": {}},
    },
}


async def test_a_smile_calls_its_tool_soon_and_the_analysis_names_what_happened_and_nothing_else(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    body = {"persona_name": "Vera", "system_prompt": "Be brief.", "greeting": ""}
    body["layers"] = {"perception": {"visual_tools": [SMILED]}}
    persona = server.api("POST", "/personas", json=body).json()["persona_id"]
    created = server.create(persona_id=persona)
    smiles, calls, analyses = list[float](), list[tuple[float, Any]](), list[str]()
    async with (
        open_page(f"{created['conversation_url']}?join=1&name=Ann", camera=filmed(tmp_path)),
        Call.join(created["conversation_url"], user_name="Program", receive_video=False) as program,
        asyncio.timeout(PATIENCE),
    ):
        await until(lambda: _shows_something(program), "somebody shows a camera")
        (ann,) = (one for one in program.participants if "camera" in one.sending)
        watching = asyncio.create_task(note_smiles(program, ann.id, smiles))
        async for event in program.events():
            if event.event_type == "conversation.perception_tool_call":
                calls.append((time.monotonic(), event.properties))
                if len(calls) == 2:
                    server.api("POST", f"/conversations/{created['conversation_id']}/end")
            elif event.event_type == "conversation.perception_analysis":
                analyses.append(event.properties.analysis)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    for at, call in calls:
        assert (call.modality, call.name) == ("vision", "user_smiled")
        (frame,) = call.frames
        assert base64.b64decode(frame["data"])[:2] == b"\xff\xd8"
        began = max(smile for smile in smiles if smile < at)
        assert at - began < SOON
    assert calls[1][0] - calls[0][0] > LOOP / 2, "one smile is one call"
    (analysis,) = analyses
    facts = [line for line in analysis.splitlines() if line]
    assert [fact.split(":")[0] for fact in facts[2:]] == ["- Smiling"]
    assert facts[0].startswith("- The camera was on for ")
    assert facts[1].startswith("- Somebody was in view for ")
    kept = server.api("GET", f"/conversations/{created['conversation_id']}?verbose=true").text
    assert "user_smiled" in kept
    assert "/9j/" not in kept  # no JPEG is stored


async def note_smiles(program: Call, participant_id: str, smiles: list[float]) -> None:
    """Write down when the picture on the wire becomes the one with the smile."""
    neutral, smiling = (grey(decoded(f"african-woman-{name}")) for name in ("neutral", "smiling"))
    smiled = False
    async for picture in program.video(participant_id):
        shown = grey(picture.frame)
        smiles_now = abs(shown - smiling).mean() < abs(shown - neutral).mean()
        if smiles_now and not smiled:
            smiles.append(time.monotonic())
        smiled = smiles_now


def decoded(name: str) -> Any:
    with av.open(str(PEOPLE / f"{name}.jpg")) as picture:
        return next(picture.decode(video=0))


def grey(frame: Any) -> np.ndarray:
    return frame.reformat(width=160, height=120, format="gray").to_ndarray().astype(float)
