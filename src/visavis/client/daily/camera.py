"""What a program shows itself by: virtual cameras and custom video tracks."""

from __future__ import annotations

import uuid
import weakref

from visavis.client.daily import colors


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
