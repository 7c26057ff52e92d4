"""The picture that goes with a tool's call: small, and never through the core, its log or the store."""

from __future__ import annotations

import base64
from typing import Any

from visavis.layers.perception.jpeg import jpeg as encoded
from visavis.protocol.events import Event, PerceptionToolCall

LONGEST_SIDE = 512
"""Pixels."""
LARGEST = 48 * 1024
"""Bytes of the JPEG."""
_QUALITIES = (4, 8, 14, 22, 31)
"""Quantisers of Motion JPEG, from good to coarse."""
_MOST_KEPT = 32


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
    """Pictures that wait for the event of their call."""

    def __init__(self) -> None:
        self._waiting: dict[str, bytes] = {}

    def keep(self, tool_call_id: str, picture: bytes) -> None:
        """Put this picture with the call when it goes on the wire."""
        self._waiting[tool_call_id] = picture
        while len(self._waiting) > _MOST_KEPT:
            del self._waiting[next(iter(self._waiting))]

    def drop(self, tool_call_id: str) -> None:
        """The call has gone out, or will not."""
        self._waiting.pop(tool_call_id, None)

    def attached(self, event: Event, message: dict[str, Any]) -> dict[str, Any]:
        """The event's message as it goes on the wire: with its picture, if there is one."""
        if not isinstance(event, PerceptionToolCall):
            return message
        picture = self._waiting.get(event.properties.tool_call_id or "")
        if picture is None:
            return message
        frame = {"data": base64.b64encode(picture).decode(), "mime_type": "image/jpeg"}
        return {**message, "properties": {**message["properties"], "frames": [frame]}}
