"""What a program shows itself by: virtual cameras and custom video tracks."""

from __future__ import annotations

import asyncio
import fractions
import time
import uuid
import weakref
from typing import Any

import av
import numpy as np

from visavis.client.daily import colors

FRAMES_PER_SECOND = 30
STILL_SECONDS = 1.0
"""After so long a picture is sent again, for those who come later."""
CLOCK = 90_000
"""Hz of video timestamps (RFC 7741)."""


class CustomVideoSource:
    """Pictures for a ``CustomVideoTrack``."""

    def __init__(self, width: int, height: int, color_format: str = "RGBA") -> None:
        """Make a source.

        Args:
            width: pixels.
            height: pixels.
            color_format: how a frame holds a pixel.

        Raises:
            ValueError: there is no such format.
        """
        self._width, self._height = width, height
        self._color_format = colors.check(color_format)
        self._size = colors.frame_bytes(width, height, color_format)
        self.latest: bytes | None = None

    @property
    def width(self) -> int:
        """Pixels."""
        return self._width

    @property
    def height(self) -> int:
        """Pixels."""
        return self._height

    @property
    def color_format(self) -> str:
        """How a frame holds a pixel."""
        return self._color_format

    def write_frame(self, frame: bytes) -> None:
        """Show this picture from now on.

        Raises:
            TypeError: not bytes.
            ValueError: not as many bytes as such a picture has.
        """
        if not isinstance(frame, bytes):
            raise TypeError(f"{type(frame).__name__!r} object is not an instance of 'bytes'")
        if len(frame) != self._size:
            raise ValueError(f"the frame has {len(frame)} bytes; one of this device has {self._size}")
        self.latest = frame


class VirtualCameraDevice(CustomVideoSource):
    """A camera whose pictures a program writes. Made by ``Daily.create_camera_device``."""

    def __init__(self, name: str, width: int, height: int, color_format: str) -> None:
        super().__init__(width, height, color_format)
        self._name = name

    @property
    def name(self) -> str:
        """Its device id in input settings."""
        return self._name


class CustomVideoTrack:
    """A track that sends what its source is given.

    Attributes:
        source: the source.
    """

    def __init__(self, video_source: CustomVideoSource) -> None:
        self.source = video_source
        self._id = str(uuid.uuid4())
        tracks[self._id] = self

    @property
    def id(self) -> str:
        """Names it in input settings."""
        return self._id


tracks: weakref.WeakValueDictionary[str, CustomVideoTrack] = weakref.WeakValueDictionary()
"""Those that exist, by id."""


class Lens:
    """What a client shows: each new picture of its camera. A ``VideoSource``.

    Attributes:
        source: the camera; None: nothing is sent.
    """

    def __init__(self) -> None:
        self.source: CustomVideoSource | None = None
        self._sent: bytes | None = None
        self._sent_at = 0.0

    async def next(self) -> Any:
        """The next ``av.VideoFrame``, as soon as there is one to send."""
        while True:
            await asyncio.sleep(1 / FRAMES_PER_SECOND)
            source, now = self.source, time.monotonic()
            if source is None or (latest := source.latest) is None:
                continue
            if latest is not self._sent or now - self._sent_at >= STILL_SECONDS:
                self._sent, self._sent_at = latest, now
                frame = _picture(source, latest)
                frame.pts, frame.time_base = int(now * CLOCK), fractions.Fraction(1, CLOCK)
                return frame


def _picture(source: CustomVideoSource, pixels: bytes) -> Any:
    rows = source.height * 3 // 2 if source.color_format == "I420" else source.height
    depth = {"I420": (), "RGB": (3,)}.get(source.color_format, (4,))
    shaped = np.frombuffer(pixels, np.uint8).reshape((rows, source.width, *depth))
    name = colors.FORMATS[source.color_format]
    return av.VideoFrame.from_ndarray(shaped, name).reformat(format="yuv420p")
