"""Remote tracks, frame by frame."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any


async def frames(track: Any, ended: type[Exception]) -> AsyncIterator[Any]:
    """A track's frames until it ends.

    Args:
        track: a ``MediaStreamTrack``.
        ended: the engine's ``MediaStreamError``.
    """
    while True:
        try:
            frame = await track.recv()
        except ended:
            return
        yield frame


async def received(receiver: Any, ended: type[Exception]) -> AsyncIterator[Any]:
    """The same of an ``RTCRtpReceiver``, from when something came: libwebrtc plays silence until then."""
    begun = False
    async for frame in frames(receiver.track, ended):
        begun = begun or bool(receiver.getSynchronizationSources())
        if begun:
            yield frame
