"""What rooms of visavis do not have: every call says so in its completion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from visavis.client.daily.camera import CustomVideoTrack
from visavis.client.daily.inputs import ONE_PICTURE
from visavis.client.daily.requests import Requests, Settings
from visavis.client.daily.state import Completion

RECORDING = "visavis does not record on a participant's request"
STREAMING = "visavis has no live streaming"
EVERYBODY = "the replica transcribes everybody who talks with it"
NO_OWNERS = "rooms of visavis have no owners: nobody changes or ejects others"
TELEPHONE = "visavis has no telephone: no dial-out, no SIP, no tones"


class Unavailable(Requests):
    """The recording, live-streaming and telephone families of ``CallClient``, and what is for owners."""

    def start_recording(
        self,
        streaming_settings: Settings | None = None,
        stream_id: str | None = None,
        force_new: bool | None = None,
        completion: Callable[[str | None, str | None], Any] | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, None, RECORDING)

    def stop_recording(self, stream_id: str | None = None, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, RECORDING)

    def update_recording(
        self,
        update_settings: Settings,
        stream_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, RECORDING)

    def start_live_stream_with_endpoints(
        self,
        endpoints: Sequence[str],
        streaming_settings: Settings | None = None,
        stream_id: str | None = None,
        force_new: bool | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def start_live_stream_with_rtmp_urls(
        self,
        rtmp_urls: Sequence[str],
        streaming_settings: Settings | None = None,
        stream_id: str | None = None,
        force_new: bool | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def stop_live_stream(self, stream_id: str | None = None, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def update_live_stream(
        self,
        update_settings: Settings,
        stream_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def add_live_streaming_endpoints(
        self,
        endpoints: Sequence[str],
        stream_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def remove_live_streaming_endpoints(
        self,
        endpoints: Sequence[str],
        stream_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused."""
        self._refuse(completion, STREAMING)

    def start_dialout(self, settings: Settings, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, None, TELEPHONE)

    def stop_dialout(self, participant_id: str, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, TELEPHONE)

    def send_dtmf(self, settings: Settings, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, TELEPHONE)

    def sip_call_transfer(self, settings: Settings, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, TELEPHONE)

    def sip_refer(self, settings: Settings, completion: Completion | None = None) -> None:
        """Refused."""
        self._refuse(completion, TELEPHONE)

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

    def add_custom_video_track(
        self, track_name: str, video_track: CustomVideoTrack, completion: Completion | None = None
    ) -> None:
        """Refused: a participant shows one picture. The camera may be a custom track: ``update_inputs``."""
        self._refuse(completion, ONE_PICTURE.format(kind=track_name))

    def update_custom_video_track(
        self, track_name: str, video_track: CustomVideoTrack, completion: Completion | None = None
    ) -> None:
        """Refused likewise."""
        self._refuse(completion, ONE_PICTURE.format(kind=track_name))

    def update_transcription(
        self,
        participants: Sequence[str] | None = None,
        instance_id: str | None = None,
        completion: Completion | None = None,
    ) -> None:
        """Refused: whoever talks with the replica is transcribed."""
        self._refuse(completion, EVERYBODY)
