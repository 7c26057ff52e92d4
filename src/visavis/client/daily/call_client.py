"""``CallClient``: a participant, used from any thread."""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import structlog

from visavis.client.daily import context, ice, microphone, settings
from visavis.client.daily.adjusting import Adjusting
from visavis.client.daily.frames import AudioData, VideoFrame
from visavis.client.daily.handler import EventHandler
from visavis.client.daily.renderers import AudioRenderer, VideoRenderer
from visavis.client.daily.requests import NOT_JOINED, Settings
from visavis.client.daily.session import Session
from visavis.client.daily.speaker import VirtualSpeakerDevice
from visavis.client.daily.state import Completion, State
from visavis.client.daily.unavailable import Unavailable
from visavis.rooms.webrtc import wire

log = structlog.get_logger(__name__)

RELEASE_SECONDS = 5.0
"""How long ``release`` waits for a call to be left."""
MAIN_ROOM = "main-room-main"
"""Where Daily's Prebuilt shows a chat message."""

Renderer = TypeVar("Renderer", AudioRenderer, VideoRenderer)


class CallClient(Adjusting, Unavailable):
    """A participant of a call, used from any thread.

    Completions and the event handler's methods are called on the client's own background thread.
    """

    def __init__(self, event_handler: EventHandler | None = None) -> None:
        """Make a client, in no call yet.

        Args:
            event_handler: who is told what happens.

        Raises:
            RuntimeError: before ``Daily.init``.
            TypeError: ``event_handler`` is none.
        """
        if event_handler is not None and not isinstance(event_handler, EventHandler):
            raise TypeError("event_handler should be a subclass of `EventHandler`")
        current = context.current()
        super().__init__(current, State(event_handler, current.microphones, current.cameras))
        current.clients.add(self)

    def join(
        self,
        meeting_url: str,
        meeting_token: str | None = None,
        client_settings: Settings | None = None,
        completion: Callable[[Settings | None, str | None], Any] | None = None,
    ) -> None:
        """Join a call.

        Args:
            meeting_url: the ``conversation_url``.
            meeting_token: for servers that ask for one.
            client_settings: ``inputs`` and ``publishing`` to begin with.
            completion: called with who is there, or with an error.
        """
        state = self._state
        if self._session is not None and not self._session.over:
            state.complete(completion, None, "the client is in a call or joining one")
            return
        try:
            self._begin_with(client_settings or {})
        except settings.BadSettings as error:
            state.complete(completion, None, f"Client settings were not valid: {error}")
            return
        self._session = Session(state, self._context, meeting_url, meeting_token)
        self._context.spawn(self._session.run(completion))

    def leave(self, completion: Completion | None = None) -> None:
        """Leave the call; without one, or a second time, this does nothing."""
        state, session = self._state, self._session

        async def leave() -> None:
            if session is not None:
                await session.leave()
            state.complete(completion, None)

        self._context.spawn(leave())

    def release(self) -> None:
        """Leave, if need be, and give everything back; waits for that. The client is of no use afterwards."""
        if self._released:
            return
        left = self.leave_for_good()
        try:
            left.result(RELEASE_SECONDS)
        except TimeoutError:
            log.warning("leaving takes long; it goes on in the background")
        state = self._state_of_client
        for audio in state.audio_renderers.values():
            audio.close()
        for video in state.video_renderers.values():
            video.close()
        state.calls.close()
        state.calls.join(RELEASE_SECONDS)

    def leave_for_good(self) -> Future[None]:
        """Begin to leave, and be released; done when left."""
        self._released = True
        session = self._session

        async def leave() -> None:
            if session is not None:
                await session.leave()

        return self._context.spawn(leave())

    def speaker_changed(self, before: VirtualSpeakerDevice | None, after: VirtualSpeakerDevice) -> None:
        """Another speaker was selected."""
        if self._session is not None and not self._session.over:
            self._session.switch(before, after)
            self._adapt(None)

    def participants(self) -> Settings:
        """Everybody: ourselves as ``local``, the others by id."""
        return self._state.participants()

    def participant_counts(self) -> Settings:
        """How many are present and hidden."""
        return self._state.counts()

    def active_speaker(self) -> Settings | None:
        """Who spoke last, as far as the conversation's events tell: the replica; None before that."""
        state = self._state
        person = state.others.get(state.active_speaker or "")
        return None if person is None else state.remote(person)

    def set_user_name(self, user_name: str) -> None:
        """How others are to see us. The room learns it when we join and cannot be told later."""
        state = self._state
        if state.joined:
            log.warning("the room keeps the name that the client joined with")
            return
        state.user_name = user_name

    def send_app_message(
        self,
        message: Any,
        participant_id: str | None = None,
        completion: Completion | None = None,
        *,
        serialize_none: bool = True,
    ) -> None:
        """Send JSON to everybody else, or to one.

        Args:
            message: anything JSON can say; an interaction is a dictionary.
            participant_id: to whom; everybody if None.
            completion: called with an error or None when it has been sent.
            serialize_none: whether fields that are None are sent, as ``null``.

        Raises:
            TypeError: JSON cannot say it.
        """
        data = message if serialize_none else _without_none(message)
        try:
            wire.dump(data)
        except wire.BadFrame as error:
            raise TypeError(f"unsupported message: {error}") from error
        self._do(lambda session: session.send(copy.deepcopy(data), participant_id or "*"), completion)

    def send_prebuilt_chat_message(
        self, message: str, user_name: str | None = None, completion: Completion | None = None
    ) -> None:
        """Send an app message that pages which know Daily's Prebuilt show as chat."""
        chat = {
            "event": "chat-msg",
            "date": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "message": message,
            "name": user_name or self._state.user_name or "Guest",
            "room": MAIN_ROOM,
        }
        self.send_app_message(chat, completion=completion)

    def set_audio_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, AudioData, str], Any],
        audio_source: str = "microphone",
        sample_rate: int = 16_000,
        callback_interval_ms: int = 20,
        logging_interval_ms: int = 10_000,
    ) -> None:
        """Have a participant's audio.

        Args:
            participant_id: whose.
            callback: takes the participant's id, ``AudioData``, and the source.
            audio_source: ``microphone``; other sources stay silent.
            sample_rate: Hz.
            callback_interval_ms: how long a piece is; a multiple of 10.
            logging_interval_ms: taken and not used.

        Raises:
            ValueError: another interval.
        """
        renderer = AudioRenderer(participant_id, callback, audio_source, sample_rate, callback_interval_ms)
        self._render(self._state.audio_renderers, (participant_id, audio_source), renderer)

    def set_video_renderer(
        self,
        participant_id: str,
        callback: Callable[[str, VideoFrame, str], Any],
        video_source: str = "camera",
        color_format: str = "RGBA",
        logging_interval_ms: int = 10_000,
    ) -> None:
        """Have a participant's pictures.

        Args:
            participant_id: whose.
            callback: takes the participant's id, a ``VideoFrame``, and the source.
            video_source: ``camera``; other sources stay dark.
            color_format: ``RGBA``, ``BGRA``, ``ARGB``, ``ABGR``, ``RGB`` or ``I420``.
            logging_interval_ms: taken and not used.

        Raises:
            ValueError: another format.
        """
        renderer = VideoRenderer(participant_id, callback, video_source, color_format)
        self._render(self._state.video_renderers, (participant_id, video_source), renderer)

    def add_custom_audio_track(
        self,
        track_name: str,
        audio_track: microphone.CustomAudioTrack,
        ignore_audio_level: bool | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Say what a track's source is given, next to the microphone: the room hears the sum."""
        if track_name in self._state.inputs["customAudio"]:
            self._state.complete(completion, f"the track name {track_name!r} is already in use")
            return
        self.update_custom_audio_track(track_name, audio_track, ignore_audio_level, completion)

    def update_custom_audio_track(
        self,
        track_name: str,
        audio_track: microphone.CustomAudioTrack,
        ignore_audio_level: bool | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Put another track in a track's place."""
        entry = {"isEnabled": True, "settings": {"customTrack": {"id": audio_track.id}}}
        self._state.keep(track_name, audio_track)
        self.update_inputs({"customAudio": {track_name: entry}}, completion)

    def remove_custom_audio_track(self, track_name: str, completion: Completion | None = None) -> None:
        """Say it no more."""
        with self._state.lock:
            self._state.inputs["customAudio"].pop(track_name, None)
        self._state.keep(track_name, None)
        self._adapt(completion)

    def remove_custom_video_track(self, track_name: str, completion: Completion | None = None) -> None:
        """There is none to remove."""
        self._state.complete(completion, None)

    def start_transcription(
        self, settings: Settings | None = None, completion: Completion | None = None
    ) -> None:
        """Have what is said as text.

        The replica transcribes anyway, so this begins at once; language and model are the persona's.
        """
        state = self._state
        if not state.joined:
            state.complete(completion, NOT_JOINED)
            return
        state.transcribing = True
        state.complete(completion, None)
        state.emit("on_transcription_started", {"startedBy": state.me.id, "instanceId": str(uuid.uuid4())})

    def stop_transcription(self, completion: Completion | None = None) -> None:
        """Have no more of it."""
        state = self._state
        was, state.transcribing = state.transcribing, False
        state.complete(completion, None if was else "no transcription was started")
        if was:
            state.emit("on_transcription_stopped", state.me.id, False)

    def get_network_stats(self) -> Settings:
        """Nothing is measured: ``latest`` is empty and the rest what daily-python says before it measures."""
        self._unreleased()
        return {"quality": 100, "stats": {"latest": {}}, "threshold": "good"}

    def set_ice_config(
        self, ice_config: Settings | None = None, completion: Completion | None = None
    ) -> None:
        """Use STUN and TURN servers from the next join on."""
        state = self._state
        try:
            state.ice_servers = ice.servers(ice_config or {})
        except ice.BadIceConfig as error:
            state.complete(completion, f"Invalid ice config settings: {error}")
        else:
            state.complete(completion, None)

    def set_proxy_url(self, proxy_url: str | None = None, completion: Completion | None = None) -> None:
        """Refused but for None: a proxy is given by the environment (``HTTPS_PROXY``)."""
        error = None if proxy_url is None else "set the proxy by the environment variable HTTPS_PROXY"
        self._state.complete(completion, error)

    def _render(
        self, renderers: dict[tuple[str, str], Renderer], of: tuple[str, str], renderer: Renderer
    ) -> None:
        before = renderers.get(of)
        renderers[of] = renderer
        if before is not None:
            before.close()
        self._adapt(None)


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [_without_none(entry) for entry in value]
    return value
