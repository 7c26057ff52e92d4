"""The studio of the real worker: loaded engines, WebRTC rooms, live conversations."""

from __future__ import annotations

from visavis.config import Settings
from visavis.rooms.base import Participant
from visavis.rooms.webrtc import WebRTCRoom
from visavis.session.engines import Engines
from visavis.session.host import EventListener, Live, SignallingRoom
from visavis.session.live import LiveConversation
from visavis.session.spec import ConversationSpec


class WebRTCStudio:
    """Makes conversations in WebRTC rooms. Loading takes seconds and blocks.

    Raises:
        EngineMissing: an engine that the settings name is not installed.
        ModelUnavailable: a model file has not been fetched.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engines = Engines.load(settings)

    def open(
        self, spec: ConversationSpec, replica: Participant, on_event: EventListener
    ) -> tuple[SignallingRoom, Live]:
        """A room and the conversation in it."""
        settings = self._settings
        room = WebRTCRoom(engine=settings.webrtc_engine, replica=replica, ice_servers=settings.ice_servers)
        return room, LiveConversation(spec, self._engines, room, settings, on_event=on_event)
