"""A participant's microphone: decoded frames in, mono chunks at ``MIC_RATE`` out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.media.buffer import LiveBuffer
from visavis.media.resample import MonoResampler
from visavis.rooms.base import MIC_RATE
from visavis.rooms.webrtc.outlet import Outlet

KEPT_SECONDS = 2.0


class Microphone:
    """Reads one remote track at a time; whoever reads ``heard`` too slowly loses the oldest.

    Attributes:
        heard: what arrived and was not read yet; ends when the participant leaves.
        outlet: the way to other participants; None if there is none.
    """

    def __init__(self, started: Callable[[], None], outlet: Outlet | None = None) -> None:
        """Make a silent one.

        Args:
            started: called when the first audio arrives.
            outlet: takes the frames as they come.
        """
        self.outlet = outlet
        self.heard: LiveBuffer[NDArray[np.int16]] = LiveBuffer(MIC_RATE * KEPT_SECONDS, size=len)
        self._started = started
        self._begun = False

    async def read(self, frames: AsyncIterator[Any]) -> None:
        """Take a remote track's frames until it ends."""
        resampler = MonoResampler(MIC_RATE)
        async for frame in frames:
            if self.outlet is not None:
                self.outlet.put(frame)
            samples = resampler.convert(frame)
            if not len(samples):
                continue
            if not self._begun:
                self._begun = True
                self._started()
            self.heard.push(samples)

    def close(self) -> None:
        """The participant left."""
        self.heard.close()
