"""Two browsers and a program in one room hear and see each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import numpy as np
from playwright.async_api import Page

from tests.e2e.conftest import OpenPage
from tests.rooms.webrtc_room import Tone, loudness, pitch
from visavis.client.call import Call
from visavis.testing.server_process import RunningServer

HEARD = """
async (name) => {
  const tiles = [...document.querySelectorAll('[data-testid=people] .person')];
  const tile = tiles.find((one) => one.querySelector('.person-name').textContent.includes(name));
  const track = tile?.querySelector('audio')?.srcObject?.getAudioTracks()[0];
  if (!track) return null;
  const reader = new MediaStreamTrackProcessor({track: track.clone()}).readable.getReader();
  const samples = [];
  while (samples.length < 48000) {
    const {value, done} = await reader.read();
    if (done) break;
    const plane = new Float32Array(value.numberOfFrames);
    value.copyTo(plane, {planeIndex: 0, format: 'f32-planar'});
    samples.push(...plane);
    value.close();
  }
  reader.cancel();
  return samples;
}
"""
SEEN = """
(name) => {
  const tiles = [...document.querySelectorAll('[data-testid=people] .person')];
  const tile = tiles.find((one) => one.querySelector('.person-name').textContent.includes(name));
  const video = tile?.querySelector('video');
  return video ? [video.videoWidth, video.videoHeight] : null;
}
"""
PATIENCE = 30.0


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await condition():
        assert time.monotonic() < deadline, f"never: {what}"
        await asyncio.sleep(0.2)


async def hears(page: Page, name: str, loud: Callable[[np.ndarray], bool]) -> None:
    async def condition() -> bool:
        samples = await page.evaluate(HEARD, name)
        return samples is not None and loud(np.asarray(samples) * 32767)

    await until(condition, f"{name} is heard")


async def sees(page: Page, name: str) -> None:
    async def condition() -> bool:
        size = await page.evaluate(SEEN, name)
        return bool(size and size[0] > 100)

    await until(condition, f"{name} is seen")


async def test_two_browsers_and_a_program_hear_and_see_each_other(
    server: RunningServer, open_page: OpenPage
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(f"{url}?join=1&name=Ann") as ann, open_page(f"{url}?join=1&name=Bob") as bob:
        joined = Call.join(url, user_name="Program", microphone=Tone(300), receive_video=False)
        async with joined as program:
            await hears(ann, "Program", lambda samples: abs(pitch(samples, 48_000) - 300) < 5)
            for page, other in ((ann, "Bob"), (bob, "Ann")):
                await hears(page, other, lambda samples: loudness(samples) > 100)
                await sees(page, other)
            people = {person.user_name: person for person in program.participants}
            assert set(people["Ann"].sending) == {"microphone", "camera"}
            async with asyncio.timeout(PATIENCE):
                async for picture in program.video(people["Bob"].id):
                    assert picture.frame.width > 100
                    break
                async for chunk in program.audio(people["Ann"].id):
                    if loudness(chunk.samples) > 100:
                        break
            await ann.get_by_test_id("camera").click()
            await until(lambda: _camera_is_gone(bob), "the camera that was turned off is gone")


async def _camera_is_gone(page: Page) -> bool:
    return await page.evaluate(SEEN, "Ann") is None
