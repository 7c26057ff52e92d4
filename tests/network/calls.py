"""A page with nothing but the call core, and what it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page

from visavis.testing.server_process import RunningServer

SENTENCE = "Every word of this sentence has to arrive in its order."
JOIN = """
async (url) => {
  const {Call} = await import('/call.js');
  const video = document.body.appendChild(document.createElement('video'));
  const call = (window.call = new Call());
  window.events = [];
  window.states = [];
  call.on('event', (event) => window.events.push(event));
  call.on('status', ({state}) => window.states.push(state));
  Object.assign(video, {autoplay: true, muted: true, srcObject: call.remote});
  await call.join({url});
}
"""
FRAMES = """
async (seconds) => {
  const video = document.querySelector('video');
  let frames = 0;
  const next = () => { frames++; video.requestVideoFrameCallback(next); };
  video.requestVideoFrameCallback(next);
  await new Promise((done) => setTimeout(done, seconds * 1000));
  return frames / seconds;
}
"""
STOPPED = "conversation.replica.stopped_speaking"


async def events(page: Page) -> list[dict[str, Any]]:
    """What the application has been told so far."""
    told: list[dict[str, Any]] = await page.evaluate("() => window.events")
    return told


async def told(page: Page, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60) -> None:
    """Until the application is told of such an event."""
    deadline = time.monotonic() + seconds
    while not any(wanted(event) for event in await events(page)):
        kinds = [event["event_type"] for event in await events(page)]
        assert time.monotonic() < deadline, f"not told within {seconds} s; told was {kinds}"
        await asyncio.sleep(0.2)


def is_said(text: str) -> Callable[[dict[str, Any]], bool]:
    return lambda event: (
        event["event_type"] == "conversation.utterance" and event["properties"]["speech"] == text
    )


def echo(server: RunningServer, conversation_id: str, text: str = SENTENCE) -> None:
    message = {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": conversation_id,
        "properties": {"text": text},
    }
    assert server.api("POST", "/interactions", json=message).status_code == 200


def spoken(events: list[dict[str, Any]]) -> str:
    finals = [
        event["properties"]["speech"]
        for event in events
        if event.get("event_type") == "conversation.utterance.streaming" and event["properties"]["final"]
    ]
    return finals[-1] if finals else ""
