"""What one participant sends, on its way to those who want it: decoded once, stamped on one clock."""

from __future__ import annotations

import fractions
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

from visavis.media.buffer import LiveBuffer
from visavis.media.pictures import VIDEO_CLOCK
from visavis.media.pump import FRAME_SAMPLES, RATE
from visavis.media.resample import MonoResampler
from visavis.rooms.base import Source

KINDS: dict[Source, Literal["audio", "video"]] = {
    "microphone": "audio",
    "camera": "video",
    "screen": "video",
    "screen-audio": "audio",
}
"""What each source is, as WebRTC names it."""
AUDIO_WAITING = 5
"""Frames of 20 ms that may wait for one listener."""
DRIFT = RATE // 10
"""Samples by which a source may be ahead of or behind our clock before it is put right: 100 ms."""


class Outlet(ABC):
    """One source of one participant; ``put`` takes its frames, every slot that shows it gets them."""

    def __init__(self) -> None:
        self.slots: set[Slot] = set()

    def put(self, frame: Any) -> None:
        """A decoded frame has come."""
        if self.slots:
            self._pass_on(frame)

    @abstractmethod
    def _pass_on(self, frame: Any) -> None:
        """Hand a frame out, as slots take it."""

    def _hand_out(self, frame: Any) -> None:
        for slot in self.slots:
            slot.waiting.push(frame)


class AudioOutlet(Outlet):
    """Makes 20 ms frames of whatever the sender's are.

    Args:
        channels: how many each frame has; all carry the same.

    Attributes:
        tap: gets each 20 ms too, mono at ``RATE``; None if nobody else wants them.
    """

    def __init__(self, channels: Literal[1, 2]) -> None:
        super().__init__()
        self.tap: Callable[[NDArray[np.int16]], None] | None = None
        self._channels = channels
        self._resampler = MonoResampler(RATE)
        self._rest: NDArray[np.int16] = np.empty(0, np.int16)
        self._due = 0

    def put(self, frame: Any) -> None:
        """A decoded frame has come."""
        if self.slots or self.tap:
            self._pass_on(frame)

    def _pass_on(self, frame: Any) -> None:
        samples = np.concatenate((self._rest, self._resampler.convert(frame)))
        whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._rest = samples[whole:]
        for piece in samples[:whole].reshape(-1, FRAME_SAMPLES):
            if self.tap:
                self.tap(piece)
            if self.slots:
                self._stamp(piece)

    def _stamp(self, piece: NDArray[np.int16]) -> None:
        """Time goes by samples; after a silence, or where clocks have drifted apart, by our clock."""
        now = int(time.monotonic() * RATE)
        if self._due - now > DRIFT:
            return
        if now - self._due > DRIFT:
            self._due = now
        layout = "stereo" if self._channels == 2 else "mono"
        made = av.AudioFrame.from_ndarray(np.repeat(piece, self._channels).reshape(1, -1), "s16", layout)
        made.sample_rate = RATE
        made.time_base = fractions.Fraction(1, RATE)
        made.pts = self._due
        self._due += FRAME_SAMPLES
        self._hand_out(made)


class VideoOutlet(Outlet):
    """Passes pictures on as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._watching: set[LiveBuffer[Any]] = set()
        self._closed = False

    def put(self, frame: Any) -> None:
        """A decoded frame has come."""
        for watching in self._watching:
            watching.push(frame)
        super().put(frame)

    async def watch(self) -> AsyncIterator[Any]:
        """The newest picture, as it came, again and again until ``close``."""
        newest: LiveBuffer[Any] = LiveBuffer(1)
        if self._closed:
            return
        self._watching.add(newest)
        try:
            async for frame in newest:
                yield frame
        finally:
            self._watching.discard(newest)

    def close(self) -> None:
        """No more will come: the sender is gone."""
        self._closed = True
        for watching in self._watching:
            watching.close()

    def _pass_on(self, frame: Any) -> None:
        picture = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
        picture.time_base = fractions.Fraction(1, VIDEO_CLOCK)
        picture.pts = int(time.monotonic() * VIDEO_CLOCK)
        self._hand_out(picture)


class Slot:
    """A media section of a receiver's connection, and the outlet it shows now.

    It lives as long as the connection: which outlet it shows changes without another track.

    Attributes:
        waiting: frames to send.
    """

    def __init__(self, kind: Literal["audio", "video"]) -> None:
        self.kind = kind
        self.waiting: LiveBuffer[Any] = LiveBuffer(AUDIO_WAITING if kind == "audio" else 1)
        self._outlet: Outlet | None = None

    def show(self, outlet: Outlet | None) -> None:
        """From now on this one; None: nothing."""
        if self._outlet is not None:
            self._outlet.slots.discard(self)
        self._outlet = outlet
        if outlet is not None:
            outlet.slots.add(self)

    def close(self) -> None:
        """The connection is gone."""
        self.show(None)
        self.waiting.close()
