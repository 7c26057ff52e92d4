"""A call with a real replica and two people, recorded; what comes of it, in a decoder and in a browser."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from tests.e2e.conftest import OpenPage
from tests.media.recording.movies import Seen, look
from tests.rooms.webrtc_room import Tone
from visavis.client import Call
from visavis.testing.server_process import RunningServer

PLAY = """
async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  const video = document.createElement('video');
  video.src = URL.createObjectURL(new Blob([bytes], {type: 'video/mp4'}));
  document.body.append(video);
  await video.play();
  await new Promise((resolve, reject) => {
    video.onerror = () => reject(new Error(video.error.message));
    video.ontimeupdate = () => video.currentTime > 0.5 && resolve();
  });
  return {width: video.videoWidth, duration: video.duration, at: video.currentTime};
}
"""


async def finished(server: RunningServer, name: str) -> dict[str, Any]:
    for _ in range(100):
        answer = await asyncio.to_thread(server.api, "GET", f"/conversations/{name}/recordings")
        if answer.json()["data"]:
            one: dict[str, Any] = answer.json()["data"][0]
            if one["status"] == "ready":
                return one
        await asyncio.sleep(0.1)
    raise AssertionError(f"no recording: {answer.text}")


def has_a_face(seen: Seen) -> bool:
    """Whether the picture's middle has structure, and moves."""
    middle = [picture[120:360, 200:440].astype(float) for picture in seen.pictures]
    return middle[-1].std() > 20 and any(np.abs(one - middle[-1]).max() > 30 for one in middle[:-5])


async def test_a_call_is_recorded_and_plays(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    created = server.create(
        custom_greeting="Hello there, how nice to see you today.", properties={"enable_recording": True}
    )
    name, url = created["conversation_id"], created["conversation_url"]
    silent = {"receive_audio": False, "receive_video": False}
    async with Call.join(url, microphone=Tone(440), **silent):
        began = time.monotonic()
        await asyncio.sleep(2.5)
        async with Call.join(url, microphone=Tone(1250), **silent):
            second = time.monotonic() - began
            await asyncio.sleep(2.5)
        lasted = time.monotonic() - began
        server.api("POST", f"/conversations/{name}/end")
    one = await finished(server, name)
    assert one["duration"] == pytest.approx(lasted, abs=1.5)
    file = server.api("GET", urlsplit(one["file_url"]).path.removeprefix("/v2"))
    path = tmp_path / "call.mp4"
    path.write_bytes(file.content)
    seen = look(path)
    # The replica greets; its voice is between the tones, which are pure.
    voice = [band(seen, at, 600, 1150) for at in np.arange(0.2, 4.0, 0.1)]
    assert max(voice) > 10 * (min(voice) + 1e-5)
    assert seen.pitch(1.0, 2.0, 400, 480) == pytest.approx(440, abs=5)
    assert band(seen, second + 1.5, 1200, 1300, 0.5) > 20 * band(seen, second - 1.0, 1200, 1300, 0.5)
    assert len(seen.pictures) > 0.6 * 25 * lasted
    assert has_a_face(seen)
    async with open_page("about:blank") as page:
        shown = await page.evaluate(PLAY, base64.b64encode(file.content).decode())
        assert shown["width"] == 640 and shown["at"] > 0.5
        assert shown["duration"] == pytest.approx(one["duration"], abs=1)


def band(seen: Seen, begin: float, lowest: float, highest: float, length: float = 0.2) -> float:
    """How loud a band is, from ``begin`` on."""
    part = seen.sound[round(begin * 48_000) : round((begin + length) * 48_000)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    hertz = np.arange(len(spectrum)) * 48_000 / len(part)
    return float(spectrum[(hertz > lowest) & (hertz < highest)].max(initial=0.0))
