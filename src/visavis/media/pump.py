"""Pulls an audio source in real time, once for everybody who listens."""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Callable
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FRAME_SAMPLES = 960
FRAME_SECONDS = FRAME_SAMPLES / RATE
CATCH_UP_FRAMES = 3
"""After a stall this many overdue frames leave at once; the rest of the stall is silence nobody pulled."""

Pull = Callable[[int], NDArray[np.int16]]
Deliver = Callable[[Any], None]


class AudioPump:
    """Every 20 ms pulls one frame and hands it on. Deadlines come from samples, so no drift builds up.

    Attributes:
        late_frames: frames that were never pulled because the event loop stalled.
    """

    def __init__(self, pull: Pull, deliver: Deliver, channels: Literal[1, 2] = 1) -> None:
        """Make a pump; ``run`` drives it.

        Args:
            pull: gives so many mono samples at 48 kHz; called on the event loop.
            deliver: takes each ``av.AudioFrame`` (s16, 48 kHz, 20 ms, pts in samples).
            channels: how many the frames have; all carry the same.
        """
        self.late_frames = 0
        self._pull, self._deliver, self._channels = pull, deliver, channels
        self._position = 0

    async def run(self) -> None:
        """Pump until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            if now < due:
                await asyncio.sleep(due - now)
                continue
            behind = int((now - due) / FRAME_SECONDS)
            if behind >= CATCH_UP_FRAMES:
                self.late_frames += behind - CATCH_UP_FRAMES + 1
                due += (behind - CATCH_UP_FRAMES + 1) * FRAME_SECONDS
            self.step()
            due += FRAME_SECONDS
            # Between overdue frames the listeners' tasks must run, or their short queues overflow.
            await asyncio.sleep(0)

    def step(self) -> None:
        """Pull and deliver one frame."""
        samples = np.repeat(self._pull(FRAME_SAMPLES), self._channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "s16", "stereo" if self._channels == 2 else "mono")
        frame.sample_rate = RATE
        frame.time_base = fractions.Fraction(1, RATE)
        frame.pts = self._position
        self._position += FRAME_SAMPLES
        self._deliver(frame)
