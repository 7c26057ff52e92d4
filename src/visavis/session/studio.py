"""The studio of the real worker: loaded engines, WebRTC rooms, live conversations."""

from __future__ import annotations

import dataclasses
import time

from visavis.config import Settings
from visavis.rooms.base import Participant
from visavis.rooms.webrtc import WebRTCRoom
from visavis.rooms.webrtc import engine as webrtc_engine
from visavis.session.engines import Engines
from visavis.session.host import Listener, Live, SignallingRoom
from visavis.session.live import LiveConversation
from visavis.session.shelf import Shelf
from visavis.session.spec import ConversationSpec, LLMSpec


class WebRTCStudio:
    """Makes conversations in WebRTC rooms. Loading takes seconds and blocks.

    Raises:
        ConfigurationError: the settings name no known WebRTC engine.
        EngineMissing: an engine that the settings name is not installed.
        ModelUnavailable: a model file has not been fetched.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        webrtc_engine.load(settings.webrtc_engine)
        self._engines = Engines.load(settings)
        self._shelf = Shelf(self._engines.make_replica, settings.video_width, settings.video_height)
        # The first adapter imports its SDK, which would block the loop for most of a second.
        self._engines.make_llm(LLMSpec(base_url="http://127.0.0.1", model="none"))
        self._shelf.wait()

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        """A room and the conversation in it."""
        engines, settings = self._engines, self._settings
        if not (spec.audio_only or spec.chat):
            renderer = await self._shelf.take()
            engines = dataclasses.replace(engines, make_replica=lambda *_: renderer)
        servers = [server.issue(time.time()) for server in settings.ice_servers]
        room = WebRTCRoom(engine=settings.webrtc_engine, replica=replica, ice_servers=servers)
        return room, LiveConversation(spec, engines, room, settings, listener)
