"""What rooms of visavis do not have: every call says so in its completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from visavis.client.daily.state import Completion

Settings = Mapping[str, Any]

RECORDING = "visavis does not record on a participant's request"
STREAMING = "visavis has no live streaming"
TELEPHONE = "visavis has no telephone: no dial-out, no SIP, no tones"


class Unavailable:
    """The recording, live-streaming and telephone families of ``CallClient``."""

    def _refuse(self, completion: Completion | None, *arguments: Any) -> None:
        raise NotImplementedError

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
