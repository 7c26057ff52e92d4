"""What a client sends: which track is which source, and where its frames go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

from visavis.rooms.base import Source
from visavis.rooms.webrtc.microphone import Microphone
from visavis.rooms.webrtc.outlet import KINDS, AudioOutlet, Outlet, VideoOutlet
from visavis.rooms.webrtc.tracks import received

FIRST: dict[str, Source] = {"audio": "microphone", "video": "camera"}
LATER: dict[str, Source] = {"audio": "screen-audio", "video": "screen"}
"""What a section is that the client has not named, by whether it was in the first offer's place."""


class MediaIn:
    """One client's microphone, camera and screen.

    Args:
        channels: of audio frames that go out to others.
        spoke: called when the microphone's first audio arrives.
        began: called when a source's first frame arrives.

    Attributes:
        outlets: the way of each source to other participants.
        microphone: what the replica hears.
        names: sources that the client has named, by the mid of their section.
    """

    def __init__(
        self, channels: Literal[1, 2], spoke: Callable[[], None], began: Callable[[Source], None]
    ) -> None:
        self._began = began
        self.outlets: dict[Source, Outlet] = {
            source: AudioOutlet(channels) if KINDS[source] == "audio" else VideoOutlet()
            for source in get_args(Source)
        }
        self.microphone = Microphone(spoke, self.outlets["microphone"])
        self.names: dict[str, Source] = {}

    def name(self, names: object) -> None:
        """The client says what it sends where; what is no source is passed over."""
        if isinstance(names, dict):
            self.names.update(
                {str(mid): source for mid, source in names.items() if source in get_args(Source)}
            )

    async def read(self, receiver: Any, mid: str, later: bool, ended: type[Exception]) -> None:
        """Take a track's frames until it ends.

        Args:
            receiver: the ``RTCRtpReceiver`` of the track.
            mid: of its media section.
            later: whether it came behind the first section of its kind.
            ended: the engine's ``MediaStreamError``.
        """
        kind = receiver.track.kind
        source = self.names.get(mid) or (LATER if later else FIRST)[kind]
        frames = received(receiver, ended)
        if source == "microphone":
            await self.microphone.read(frames)
            return
        begun = False
        async for frame in frames:
            if not begun:
                begun = True
                self._began(source)
            if KINDS[source] == kind:
                self.outlets[source].put(frame)

    def close(self) -> None:
        """The client is gone: nobody is shown anything of it any more."""
        self.microphone.close()
        for outlet in self.outlets.values():
            for slot in list(outlet.slots):
                slot.show(None)
            if isinstance(outlet, VideoOutlet):
                outlet.close()
