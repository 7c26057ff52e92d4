"""The picture that goes with a tool's call: small, and never through the core, its log or the store."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from visavis.layers.perception.jpeg import jpeg as encoded
from visavis.protocol.events import Event, PerceptionToolCall

LONGEST_SIDE = 512
"""Pixels."""
LARGEST = 48 * 1024
"""Bytes of the JPEG."""
_QUALITIES = (4, 8, 14, 22, 31)
"""Quantisers of Motion JPEG, from good to coarse."""


def jpeg(frame: Any) -> bytes:
    """An ``av.VideoFrame`` of any format as a JPEG of limited size. Blocking, some milliseconds."""
    side = LONGEST_SIDE
    while True:
        for quality in _QUALITIES:
            data = encoded(frame, side, quality)
            if len(data) <= LARGEST:
                return data
        side //= 2


class Attachments:
    """The picture of the call that is being told.

    A call becomes its event at once, before anything else can be told: that event need not name the call, and
    in older dialects does not.
    """

    def __init__(self) -> None:
        self._picture: bytes | None = None

    @contextmanager
    def showing(self, picture: bytes | None) -> Iterator[None]:
        """Put this picture with the call that is told meanwhile."""
        self._picture = picture
        try:
            yield
        finally:
            self._picture = None

    def attached(self, event: Event, message: dict[str, Any]) -> dict[str, Any]:
        """The event's message as it goes on the wire: with its picture, if there is one."""
        if self._picture is None or not isinstance(event, PerceptionToolCall):
            return message
        frame = {"data": base64.b64encode(self._picture).decode(), "mime_type": "image/jpeg"}
        return {**message, "properties": {**message["properties"], "frames": [frame]}}
