"""What a page has seen of the protocol, as its event list holds it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page

TAP = """
(() => {
  window.__events = [];
  const original = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    const channel = original.call(this, label, options);
    if (label === 'visavis.app') {
      window.__channel = channel;
      channel.addEventListener('message', (event) => {
        const frame = JSON.parse(event.data);
        window.__events.push({at: performance.now(), from: frame.from, ...frame.data});
      });
    }
    return channel;
  };
})()
"""


async def tap(page: Page) -> None:
    """Keep every app message this page will receive; call before it joins."""
    await page.add_init_script(TAP)
    await page.reload()


async def seen(page: Page) -> list[dict[str, Any]]:
    """All app messages so far."""
    events: list[dict[str, Any]] = await page.evaluate("() => window.__events")
    return events


async def wait_for(
    page: Page, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60
) -> dict[str, Any]:
    """The first event that is wanted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for event in await seen(page):
            if wanted(event):
                return event
        await asyncio.sleep(0.1)
    kinds = [event.get("event_type") for event in await seen(page)]
    raise AssertionError(f"not seen within {seconds} s; seen were {kinds}")


def is_a(event_type: str, role: str | None = None) -> Callable[[dict[str, Any]], bool]:
    """Asks for an event of this type, and of this role."""
    return lambda event: (
        event.get("event_type") == event_type
        and (role is None or event.get("properties", {}).get("role") == role)
    )


async def send(page: Page, event_type: str, **properties: object) -> None:
    """Send an interaction to all, over the page's own data channel."""
    await page.evaluate(
        """(message) => window.__channel.send(JSON.stringify({to: '*', data: message}))""",
        {"message_type": "conversation", "event_type": event_type, "properties": properties},
    )


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it never came to hold"
        await asyncio.sleep(0.1)


def words(text: str) -> list[str]:
    """Lower-case words, for comparing speech."""
    return re.findall(r"[a-z']+", text.lower())
