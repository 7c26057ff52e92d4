"""What a client knows and was told, in a call or not; shared by its caller's thread and its session."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from visavis.client.daily import inputs, participants, settings
from visavis.client.daily.camera import Lens, VirtualCameraDevice
from visavis.client.daily.dispatch import Dispatcher
from visavis.client.daily.handler import EventHandler
from visavis.client.daily.microphone import CustomAudioTrack, Mix, VirtualMicrophoneDevice
from visavis.client.daily.renderers import AudioRenderer, VideoRenderer
from visavis.ice import IceServer
from visavis.rooms.base import Participant

Completion = Callable[..., Any]


class State:
    """One client's.

    Attributes:
        lock: held to change settings.
        mix: what the client says.
        lens: what it shows.
        me: ourselves, as the room knows us once we are in it.
        joined: whether we are in a room.
        others: everybody else in the room, by id.
        transcribing: whether utterances are given out as transcripts.
    """

    def __init__(
        self,
        handler: EventHandler | None,
        microphones: Mapping[str, VirtualMicrophoneDevice],
        cameras: Mapping[str, VirtualCameraDevice],
    ) -> None:
        """Begin outside of any call.

        Args:
            handler: who is told what happens.
            microphones: the process's virtual microphones, by name.
            cameras: likewise.
        """
        self.lens = Lens()
        self._microphones, self._cameras = microphones, cameras
        self.lock = threading.RLock()
        self.inputs = settings.default_inputs()
        self.publishing = settings.default_publishing()
        self.profiles = settings.default_profiles()
        self.subscriptions: dict[str, Any] = {}
        self.audio_renderers: dict[tuple[str, str], AudioRenderer] = {}
        self.video_renderers: dict[tuple[str, str], VideoRenderer] = {}
        self.mix = Mix()
        self.user_name = ""
        self.ice_servers: list[IceServer] = []
        self.me = Participant(str(uuid.uuid4()), "", "", "person", time.time())
        self.others: dict[str, Participant] = {}
        self.joined = False
        self.active_speaker: str | None = None
        self.transcribing = False
        self.calls = Dispatcher("visavis-daily-events")
        self._handler = handler
        self._tracks: dict[str, CustomAudioTrack] = {}

    def keep(self, name: str, track: CustomAudioTrack | None) -> None:
        """Hold a custom track while it is an input: the program may not."""
        self._tracks.pop(name, None)
        if track is not None:
            self._tracks[name] = track

    def emit(self, event: str, *arguments: Any) -> None:
        """Tell the handler, in order, on the client's thread."""
        if self._handler is not None:
            self.calls.call(getattr(self._handler, event), *arguments)

    def complete(self, completion: Completion | None, *arguments: Any) -> None:
        """Call a completion likewise."""
        if completion is not None:
            self.calls.call(completion, *arguments)

    def subscribed(self, participant_id: str, kind: str) -> bool:
        """Whether somebody's media of a kind are wanted."""
        return settings.subscribed(self.subscriptions, self.profiles, participant_id, kind)

    def sources(self) -> inputs.Sources:
        """What is to be said and shown."""
        with self.lock:
            return inputs.sources(self.inputs, self.publishing, self._microphones, self._cameras)

    def participants(self) -> dict[str, Any]:
        """Everybody, in daily-python's shape."""
        return {"local": self.local(), **{key: self.remote(one) for key, one in self.others.copy().items()}}

    def counts(self) -> dict[str, int]:
        """How many are there; nobody hides."""
        return {"hidden": 0, "present": len(self.others) + (1 if self.joined else 0)}

    def remote(self, person: Participant) -> dict[str, Any]:
        """Somebody else, likewise."""
        return participants.remote(person, self.subscribed)

    def local(self) -> dict[str, Any]:
        """Ourselves, likewise."""
        with self.lock:
            found = self.sources()
            on = [*found.audio, *(["camera"] if found.camera is not None else [])]
            entries = {**self.inputs, **self.inputs["customAudio"]}
            tracks = {name: inputs.track_id(entries[name]) for name in on}
        custom = {name: track for name, track in tracks.items() if name in self.inputs["customAudio"]}
        return participants.local(self.me, self.user_name, tracks, custom)
