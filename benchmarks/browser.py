"""Headless Chromium with a stopwatch in its pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from visavis.testing import chromium

STOPWATCH = (Path(__file__).parent / "page.js").read_text()
WAIT_MS = 20_000


@dataclass(slots=True)
class Tab:
    """A page in a call. Times are Unix seconds."""

    page: Page

    async def join(self) -> None:
        """Click the button and wait until the call's app channel is open."""
        await self.page.click("[data-testid=join]", timeout=WAIT_MS)
        await self._until("__bench.app && __bench.app.readyState === 'open'")

    async def mark(self, name: str) -> float | None:
        """When something happened, by its name in page.js; None when it does not within 20 s."""
        if not await self._until(f"__bench.{name} !== null"):
            return None
        return float(await self.page.evaluate(f"__bench.{name}")) / 1000

    async def say(self, event_type: str, **properties: Any) -> float:
        """Send an interaction; returns when."""
        sent = await self.page.evaluate(
            "([kind, properties]) => __bench.say(kind, properties)", [event_type, properties]
        )
        return float(sent) / 1000

    async def event(self, kind: str, after: float = 0.0) -> float | None:
        """When the first event of a kind after a moment came; None when none does within 20 s."""
        found = f"__bench.events.find(e => e.data.event_type === '{kind}' && e.at >= {after * 1000})"
        if not await self._until(found):
            return None
        return float(await self.page.evaluate(f"{found}.at")) / 1000

    async def first_sound(self, after: float) -> float | None:
        """When the first audible sample after a moment came; None when none does within 20 s."""
        found = f"__bench.spans.find(span => span[0] >= {after * 1000})"
        if not await self._until(found):
            return None
        return float(await self.page.evaluate(f"{found}[0]")) / 1000

    async def last_sound(self, after: float) -> float | None:
        """When the last audible sample so far came, if that was after a moment."""
        last = await self.page.evaluate("__bench.spans.at(-1)?.[1] ?? 0")
        return last / 1000 if last >= after * 1000 else None

    async def settle(self, seconds: float = 0.6) -> None:
        """Wait until nothing has been audible for a while."""
        silent = f"() => __bench.now() - (__bench.spans.at(-1)?.[1] ?? 0) > {seconds * 1000}"
        await self.page.wait_for_function(silent, timeout=60_000, polling=50)

    async def jitter_buffer_ms(self) -> float:
        """What Chromium's audio jitter buffer held each sample for, on average over the call."""
        return float(
            await self.page.evaluate("""async () => {
                const stats = [...(await __bench.connection.getStats()).values()];
                const audio = stats.find(s => s.type === 'inbound-rtp' && s.kind === 'audio');
                return 1000 * audio.jitterBufferDelay / audio.jitterBufferEmittedCount;
            }""")
        )

    async def frames(self) -> dict[str, int]:
        """Video frames so far: received whole (what the server encoded), decoded, dropped, frozen."""
        found: dict[str, int] = await self.page.evaluate("""async () => {
            const stats = [...(await __bench.connection.getStats()).values()];
            const video = stats.find(s => s.type === 'inbound-rtp' && s.kind === 'video');
            return {received: video.framesReceived, decoded: video.framesDecoded,
                    dropped: video.framesDropped, freezes: video.freezeCount ?? 0};
        }""")
        return found

    async def _until(self, condition: str) -> bool:
        try:
            await self.page.wait_for_function(f"() => Boolean({condition})", timeout=WAIT_MS, polling=20)
        except PlaywrightTimeout:
            return False
        return True


@asynccontextmanager
async def browser(camera: Path | None = None) -> AsyncIterator[Browser]:
    """A Chromium with a made-up microphone and camera, or a film (Motion JPEG) before the camera."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.flags(camera=camera)
        )
        try:
            yield running
        finally:
            await running.close()


@asynccontextmanager
async def opened(running: Browser, url: str, *scripts: str) -> AsyncIterator[Tab]:
    """A fresh profile at the page's door, loaded and still: not yet joined.

    Args:
        running: the browser.
        url: the page's.
        scripts: JavaScript that goes before the page's own, after the stopwatch.
    """
    context = await running.new_context()
    try:
        page = await context.new_page()
        for script in (STOPWATCH, *scripts):
            await page.add_init_script(script)
        await page.goto(url)
        await page.wait_for_selector("[data-testid=join]:enabled", timeout=WAIT_MS)
        await asyncio.sleep(0.5)
        yield Tab(page)
    finally:
        await context.close()
