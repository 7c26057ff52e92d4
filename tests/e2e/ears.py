"""Listens to what the browser receives, and looks at it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray
from playwright.async_api import Page

RECORD = """
(() => {
  const video = document.querySelector('[data-testid=replica-video]');
  const track = video.srcObject.getAudioTracks()[0].clone();
  const reader = new MediaStreamTrackProcessor({track}).readable.getReader();
  const kept = window.__heard = {rate: 48000, chunks: [], began: performance.now()};
  (async () => {
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      kept.rate = value.sampleRate;
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, {planeIndex: 0, format: 'f32-planar'});
      kept.chunks.push({at: performance.now(), plane});
      value.close();
    }
  })();
})()
"""

FETCH = """
() => {
  const chunks = window.__heard.chunks;
  const size = chunks.reduce((sum, chunk) => sum + chunk.plane.length, 0);
  const all = new Int16Array(size);
  let offset = 0;
  for (const {plane} of chunks)
    for (const sample of plane) all[offset++] = Math.max(-1, Math.min(1, sample)) * 32767;
  const bytes = new Uint8Array(all.buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return {rate: window.__heard.rate, audio: btoa(text)};
}
"""

MOUTH = """
async (seconds) => {
  const video = document.querySelector('[data-testid=replica-video]');
  const canvas = document.createElement('canvas');
  canvas.width = 160; canvas.height = 120;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const frames = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    await new Promise(done => video.requestVideoFrameCallback(done));
    context.drawImage(video, 0, 0, 160, 120);
    frames.push(Array.from(context.getImageData(0, 0, 160, 120).data.filter((_, i) => i % 4 === 0)));
  }
  return frames;
}
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of the browser's receiver: mono float32 at 16 kHz."""

    samples: NDArray[np.float32]

    def loudest(self, window: float = 0.1) -> float:
        """RMS of the loudest window."""
        return float(self.levels(window).max(initial=0.0))

    def levels(self, window: float = 0.1) -> NDArray[np.float64]:
        """RMS of each window in turn."""
        size = int(16_000 * window)
        whole = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        return np.sqrt((whole.astype(np.float64) ** 2).mean(axis=1))


async def record(page: Page) -> None:
    """Begin to keep what the replica's audio track brings."""
    await page.evaluate(RECORD)


async def heard(page: Page) -> Heard:
    """All that was kept since ``record``."""
    kept = await page.evaluate(FETCH)
    pcm = np.frombuffer(base64.b64decode(kept["audio"]), np.int16).astype(np.float32) / 32768.0
    return Heard(soxr.resample(pcm, kept["rate"], 16_000).astype(np.float32))


async def frames(page: Page, seconds: float) -> NDArray[np.float64]:
    """The received video for a while: red channel at 160 by 120, one array a frame."""
    return np.array(await page.evaluate(MOUTH, seconds), np.float64).reshape(-1, 120, 160)
