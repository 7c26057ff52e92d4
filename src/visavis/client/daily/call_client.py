"""``CallClient``: a participant, used from any thread."""

from __future__ import annotations

import copy
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import structlog

from visavis.client.daily import camera, context, ice, inputs, microphone, settings
from visavis.client.daily.frames import AudioData, VideoFrame
from visavis.client.daily.handler import EventHandler
from visavis.client.daily.renderers import AudioRenderer, VideoRenderer
from visavis.client.daily.session import Session
from visavis.client.daily.speaker import VirtualSpeakerDevice
from visavis.client.daily.state import Completion, State
from visavis.client.daily.unavailable import Unavailable
from visavis.errors import VisavisError
from visavis.rooms.webrtc import wire

log = structlog.get_logger(__name__)

RELEASE_SECONDS = 5.0
"""How long ``release`` waits for a call to be left."""
NOT_JOINED = "the client is not in a call"
NO_OWNERS = "rooms of visavis have no owners: nobody changes or ejects others"
MAIN_ROOM = "main-room-main"
"""Where Daily's Prebuilt shows a chat message."""

Settings = Mapping[str, Any]


class CallClient(Unavailable):
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
        self._context = context.current()
        self._state_of_client = State(event_handler, self._context.microphones, self._context.cameras)
        self._session: Session | None = None
        self._released = False
        self._context.clients.add(self)

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

    def inputs(self) -> Settings:
        """What is on, and from which device or track."""
        return copy.deepcopy(self._state.inputs)

    def update_inputs(self, input_settings: Settings, completion: Completion | None = None) -> None:
        """Turn microphones on and off, and choose their devices."""
        self._change(settings.update_inputs, "inputs", input_settings, completion, "Input")

    def publishing(self) -> Settings:
        """What is sent of what is on."""
        return copy.deepcopy(self._state.publishing)

    def update_publishing(self, publishing_settings: Settings, completion: Completion | None = None) -> None:
        """Send or do not send what is on."""
        self._change(settings.update_publishing, "publishing", publishing_settings, completion, "Publishing")

    def subscriptions(self) -> Settings:
        """What is received of single participants, where it differs from their profile."""
        return copy.deepcopy(self._state.subscriptions)

    def update_subscriptions(
        self,
        participant_settings: Settings | None = None,
        profile_settings: Settings | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Receive, or do not, media of participants and of profiles."""
        if profile_settings is not None:
            last = None if participant_settings is not None else completion
            self.update_subscription_profiles(profile_settings, last)
        if participant_settings is not None or profile_settings is None:
            update = settings.update_subscriptions
            self._change(update, "subscriptions", participant_settings or {}, completion, "Subscription")

    def subscription_profiles(self) -> Settings:
        """What is received by profile; ``base`` is everybody's who has no other."""
        return copy.deepcopy(self._state.profiles)

    def update_subscription_profiles(
        self, profile_settings: Settings, completion: Completion | None = None
    ) -> None:
        """Receive, or do not, media of all who have a profile."""
        update = settings.update_profiles
        self._change(update, "profiles", profile_settings, completion, "Subscription profile")

    def update_permissions(self, permissions: Settings, completion: Completion | None = None) -> None:
        """Refused: everybody may do everything a room can."""
        self._refuse(completion, NO_OWNERS)

    def update_remote_participants(
        self, remote_participants: Settings, completion: Completion | None = None
    ) -> None:
        """Refused."""
        self._refuse(completion, NO_OWNERS)

    def eject_remote_participants(self, ids: Sequence[str], completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, NO_OWNERS)

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
        before = self._state.audio_renderers.get((participant_id, audio_source))
        self._state.audio_renderers[participant_id, audio_source] = renderer
        if before is not None:
            before.close()
        self._adapt(None)

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
        before = self._state.video_renderers.get((participant_id, video_source))
        self._state.video_renderers[participant_id, video_source] = renderer
        if before is not None:
            before.close()
        self._adapt(None)

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

    def add_custom_video_track(
        self, track_name: str, video_track: camera.CustomVideoTrack, completion: Completion | None = None
    ) -> None:
        """Refused: a participant shows one picture. The camera may be a custom track: ``update_inputs``."""
        self._refuse(completion, inputs.ONE_PICTURE.format(kind=track_name))

    def update_custom_video_track(
        self, track_name: str, video_track: camera.CustomVideoTrack, completion: Completion | None = None
    ) -> None:
        """Refused likewise."""
        self._refuse(completion, inputs.ONE_PICTURE.format(kind=track_name))

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

    def update_transcription(
        self,
        participants: Sequence[str] | None = None,
        instance_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused: whoever talks with the replica is transcribed."""
        self._refuse(completion, "the replica transcribes everybody who talks with it")

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

    @property
    def _state(self) -> State:
        self._unreleased()
        return self._state_of_client

    def _unreleased(self) -> None:
        if self._released:
            raise RuntimeError("this object has already been released")

    def _begin_with(self, client_settings: Settings) -> None:
        state = self._state
        with state.lock:
            if "inputs" in client_settings:
                settings.update_inputs(state.inputs, client_settings["inputs"])
            if "publishing" in client_settings:
                settings.update_publishing(state.publishing, client_settings["publishing"])
        state.emit("on_inputs_updated", self.inputs())
        state.emit("on_publishing_updated", self.publishing())

    def _change(
        self,
        update: Callable[[dict[str, Any], object], None],
        name: str,
        change: Settings,
        completion: Completion | None,
        words: str,
    ) -> None:
        """Update one of the settings, tell, and have the call follow."""
        state = self._state
        with state.lock:
            changed = copy.deepcopy(getattr(state, name))
            try:
                update(changed, change)
            except settings.BadSettings as error:
                state.complete(completion, f"{words} settings were not valid: {error}")
                return
            setattr(state, name, changed)
            problems = state.sources().problems
        state.emit(_UPDATED[name], copy.deepcopy(changed))
        if problems and name == "inputs":
            state.complete(completion, "; ".join(problems))
            self._adapt(None)
        else:
            self._adapt(completion)

    def _adapt(self, completion: Completion | None) -> None:
        if self._session is None or self._session.over:
            self._state.complete(completion, None)
        else:
            self._do(lambda session: session.adapt(), completion)

    def _do(
        self, action: Callable[[Session], Coroutine[Any, Any, None]], completion: Completion | None
    ) -> None:
        """Have the session do something; its failure is the completion's error."""
        state, session = self._state, self._session

        async def act() -> None:
            try:
                if session is None:
                    raise VisavisError(NOT_JOINED)
                await session.ready()
                await action(session)
            except VisavisError as error:
                log.error("request failed", error=str(error))
                state.complete(completion, str(error))
            else:
                state.complete(completion, None)

        self._context.spawn(act())

    def _refuse(self, completion: Completion | None, *arguments: Any) -> None:
        log.error("request refused", error=arguments[-1])
        self._state.complete(completion, *arguments)


_UPDATED = {
    "inputs": "on_inputs_updated",
    "publishing": "on_publishing_updated",
    "subscriptions": "on_subscriptions_updated",
    "profiles": "on_subscription_profiles_updated",
}


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_none(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [_without_none(entry) for entry in value]
    return value
