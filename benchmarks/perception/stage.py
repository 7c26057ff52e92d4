"""A rendered person before a browser's camera, in a call with a real server, and what comes of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.browser import Tab, browser, opened
from benchmarks.peer import Peer, joined
from benchmarks.perception.tools import definitions
from benchmarks.rig import Rig

CAMERA = (Path(__file__).parent / "camera.js").read_text()
SETTLED = 2.0
"""Seconds after joining from which an act counts: the server must have had the camera before it."""
CALL = "conversation.perception_tool_call"


@dataclass(frozen=True, slots=True)
class Shown:
    """An act as the page's camera showed it: first and last picture, Unix seconds; None: it goes on."""

    began: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Called:
    """A tool's call.

    Attributes:
        at: Unix seconds, when it arrived.
        happened: likewise, as the event itself says.
    """

    at: float
    name: str
    happened: float


@dataclass(slots=True)
class Acting:
    """A call in which somebody acts.

    Attributes:
        tab: their page.
        peer: a program in the same room.
        since: Unix seconds from which acts count.
    """

    rig: Rig
    url: str
    tab: Tab
    peer: Peer
    since: float

    async def shown(self) -> list[Shown]:
        """Acts so far that count."""
        spans: list[tuple[float, float | None]] = await self.tab.page.evaluate("__bench.acts")
        return [
            Shown(began / 1000, ended and ended / 1000)
            for began, ended in spans
            if began / 1000 >= self.since
        ]

    async def after(self, acts: int, seconds: float, patience: float) -> list[Shown]:
        """Wait until so many acts have begun that count, and some seconds more.

        Raises:
            playwright.async_api.TimeoutError: the camera does not show them in time.
        """
        enough = f"() => __bench.acts.filter(act => act[0] >= {self.since * 1000}).length >= {acts}"
        await self.tab.page.wait_for_function(enough, timeout=patience * 1000, polling=200)
        found = await self.shown()
        await asyncio.sleep(max(0.0, found[acts - 1].began + seconds - time.time()))
        return (await self.shown())[:acts]

    async def page_calls(self) -> list[Called]:
        """Tools' calls as they arrived in the page."""
        found = await self.tab.page.evaluate(
            f"__bench.events.filter(e => e.data.event_type === '{CALL}')"
            ".map(e => [e.at / 1000, e.data.properties.name, e.data.timestamp])"
        )
        return [Called(*one) for one in found]

    def peer_calls(self) -> list[Called]:
        """Tools' calls as they arrived at the program."""
        ahead = time.time() - time.monotonic()
        return [
            Called(message.at + ahead, message.data["properties"]["name"], message.data["timestamp"])
            for message in self.peer.messages
            if message.kind == CALL
        ]

    async def analysis(self) -> str:
        """End the conversation; what its analysis says."""
        path = f"/conversations/{self.url.rsplit('/', 1)[-1]}/end"
        (await asyncio.to_thread(self.rig.server.api, "POST", path)).raise_for_status()
        kind = "conversation.perception_analysis"
        if await self.tab.event(kind) is None:
            raise RuntimeError("no analysis came to the page")
        found = f"__bench.events.find(e => e.data.event_type === '{kind}').data.properties.analysis"
        return str(await self.tab.page.evaluate(found))


async def persona(rig: Rig, tools: Iterable[str] = (), **perception: Any) -> str:
    """A persona that says nothing by itself, with these of ``TOOLS``.

    Raises:
        RuntimeError: the server says that it cannot answer what is asked.
    """
    layer = {"visual_tools": definitions(tools), **perception}
    body = {"persona_name": "Vera", "system_prompt": "Be brief.", "greeting": ""}
    answer = await asyncio.to_thread(
        rig.server.api, "POST", "/personas", json={**body, "layers": {"perception": layer}}
    )
    answer.raise_for_status()
    created = answer.json()
    if warnings := created.get("warnings"):
        raise RuntimeError(f"not answerable: {warnings}")
    return str(created["persona_id"])


@asynccontextmanager
async def acting(rig: Rig, persona_id: str, film: Path) -> AsyncIterator[Acting]:
    """A call with a film before the browser's camera."""
    async with (
        rig.conversation(persona_id=persona_id) as url,
        browser(film) as running,
        opened(running, url, CAMERA) as tab,
        joined(url) as peer,
    ):
        await tab.join()
        yield Acting(rig, url, tab, peer, time.time() + SETTLED)
