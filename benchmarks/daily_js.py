"""The stand-in for daily-js: bytes, time to join and JavaScript memory.

    python -m benchmarks.daily_js […/@daily-co/daily-js/dist]

With the folder of Daily's own bundles their sizes stand beside ours.
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from visavis.server.routes.page import STATIC
from visavis.testing import chromium
from visavis.testing.server_process import RunningServer, running_server

RUNS = 5

JOIN = """async (url) => {
  const { default: Daily } = await import(new URL('/daily-js.js', url))
  const call = Daily.createCallObject({ startAudioOff: true, startVideoOff: true })
  const began = performance.now()
  await call.join({ url })
  const joined = performance.now() - began
  const replica = Object.values(call.participants()).find(({ local }) => !local)
  const video = document.createElement('video')
  video.muted = true
  video.srcObject = new MediaStream([replica.tracks.video.track])
  const frame = new Promise((seen) => video.requestVideoFrameCallback(seen))
  await video.play()
  await frame
  return [joined, performance.now() - began]
}"""


def size(path: Path) -> str:
    """Bytes of a file and of its gzip, in kB."""
    data = path.read_bytes()
    return f"{len(data) / 1000:.0f} kB ({len(gzip.compress(data)) / 1000:.0f} kB)"


async def one(server: RunningServer, browser: Browser) -> tuple[float, float, float]:
    """Milliseconds to joined and to the first picture, and MB of JavaScript heap in the call."""
    created = server.create(custom_greeting="")
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(server.url)
    joined, picture = await page.evaluate(JOIN, created["conversation_url"])
    devtools = await context.new_cdp_session(page)
    await devtools.send("HeapProfiler.collectGarbage")
    usage = await devtools.send("Runtime.getHeapUsage")
    await context.close()
    return joined, picture, usage["usedSize"] / 1e6


async def main(daily: Path | None) -> None:
    """Print the table of docs/daily.md."""
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.flags(None)
            )
            runs = [await one(server, browser) for _ in range(RUNS)]
            await browser.close()
    joined, picture, heap = (statistics.median(each) for each in zip(*runs, strict=True))
    print("| | visavis | @daily-co/daily-js |\n|---|---|---|")
    for name, ours, theirs in (("script", "daily.js", "daily.js"), ("module", "daily-js.js", "daily-esm.js")):
        print(f"| {name} | {size(STATIC / ours)} | {size(daily / theirs) if daily else ''} |")
    print(f"| `join()` settles | {joined:.0f} ms | |")
    print(f"| first picture of the replica | {picture:.0f} ms | |")
    print(f"| JavaScript heap in the call, after a collection | {heap:.1f} MB | |")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
