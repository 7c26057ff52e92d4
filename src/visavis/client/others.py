"""Media of the other people in a call: asked for when somebody wants it, and no sooner."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from visavis.client.offers import Offers
from visavis.media.buffer import LiveBuffer
from visavis.rooms.base import Source
from visavis.rooms.webrtc.engine import Engine
from visavis.rooms.webrtc.outlet import KINDS
from visavis.rooms.webrtc.tracks import frames

KEPT = {"audio": 500, "video": 25}
"""Frames kept for a slow reader: 10 s of sound, a second of pictures, for those are large."""

Want = tuple[str, Source]


class Section:
    """A media section that the server can show somebody in.

    Attributes:
        want: whom, and what of them; None: nothing.
        readers: how many read it; with the last one it is given back.
        frames: what arrived for that.
    """

    def __init__(self, transceiver: Any, kind: str) -> None:
        self.transceiver, self.kind = transceiver, kind
        self.want: Want | None = None
        self.readers = 0
        self.frames: LiveBuffer[Any] = LiveBuffer(KEPT[kind])


class Others:
    """Asks for media of others, in sections that are used again.

    Args:
        engine: whose connection it is.
        connection: the ``RTCPeerConnection``.
        offers: renegotiates it.
        say: sends a signal.
    """

    def __init__(self, engine: Engine, connection: Any, offers: Offers, say: Callable[..., None]) -> None:
        self._engine, self._connection, self._offers, self._say = engine, connection, offers, say
        self._sections: list[Section] = []

    async def frames(self, participant_id: str, source: Source) -> AsyncIterator[Any]:
        """What arrives of somebody, until they leave or the call is over.

        Raises:
            SignallingError: the server does not answer, or with what cannot be used.
        """
        want = (participant_id, source)
        section = await self._section(want)
        frames = section.frames
        section.readers += 1
        try:
            async for frame in frames:
                yield frame
        finally:
            if section.frames is frames:  # otherwise they left, and it may be somebody else's by now
                section.readers -= 1
                if not section.readers:
                    self._release(section)
                    self._say("wants", wants=self._wants())

    def arrived(self, track: Any) -> bool:
        """Whether a track belongs to one of the sections."""
        return any(section.transceiver.receiver.track is track for section in self._sections)

    async def read(self, track: Any) -> None:
        """Take a track's frames until it ends."""
        section = next(one for one in self._sections if one.transceiver.receiver.track is track)
        async for frame in frames(track, self._engine.api.MediaStreamError):
            if section.want is not None:
                section.frames.push(frame)

    def left(self, participant_id: str) -> None:
        """Somebody is gone: who reads of them comes to the end."""
        for section in self._sections:
            if section.want is not None and section.want[0] == participant_id:
                self._release(section)

    def close(self) -> None:
        """The call is over."""
        for section in self._sections:
            section.frames.close()

    async def _section(self, want: Want) -> Section:
        async with self._offers.turn:
            held = next((section for section in self._sections if section.want == want), None)
            if held is not None:
                return held
            kind = KINDS[want[1]]
            free = next((one for one in self._sections if one.kind == kind and one.want is None), None)
            if free is not None:
                free.want = want
                self._say("wants", wants=self._wants())
                return free
            return await self._add(want, kind)

    async def _add(self, want: Want, kind: str) -> Section:
        section = Section(self._connection.addTransceiver(kind, "recvonly"), kind)
        section.want = want
        self._sections.append(section)
        await self._offers.ask(lambda: {"wants": self._wants()})
        return section

    def _wants(self) -> dict[str, dict[str, str]]:
        return {
            str(section.transceiver.mid): {"participant_id": section.want[0], "source": section.want[1]}
            for section in self._sections
            if section.want is not None
        }

    def _release(self, section: Section) -> None:
        section.want = None
        section.readers = 0
        section.frames.close()
        section.frames = LiveBuffer(KEPT[section.kind])
