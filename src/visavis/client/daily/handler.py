"""What a program overrides to be told what happens in its call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]


class EventHandler:
    """Does nothing. Every method is called on the client's own background thread, in order."""

    def __init__(self, *args: Any) -> None:
        """Take what a subclass may pass on, and ignore it."""

    def on_active_speaker_changed(self, participant: Data) -> None:
        """Somebody else speaks now."""

    def on_app_message(self, message: Any, sender: str) -> None:
        """An app message came; the Interactions Protocol among them."""

    def on_available_devices_updated(self, available_devices: Data) -> None:
        """Virtual devices came or went."""

    def on_call_state_updated(self, state: str) -> None:
        """``joining``, ``joined``, ``leaving`` or ``left``."""

    def on_dialin_connected(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialin_error(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialin_ready(self, sip_endpoint: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialin_stopped(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialin_warning(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialout_answered(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialout_connected(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialout_error(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialout_stopped(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dialout_warning(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_dtmf_event(self, data: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_error(self, message: str) -> None:
        """The call ended without being asked to."""

    def on_inputs_updated(self, input_settings: Data) -> None:
        """The inputs are others now."""

    def on_live_stream_error(self, stream_id: str, message: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_live_stream_started(self, status: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_live_stream_stopped(self, stream_id: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_live_stream_updated(self, update: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_live_stream_warning(self, stream_id: str, message: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_network_connection_status_updated(self, status: Data) -> None:
        """The connection to the room was made or lost."""

    def on_network_stats_updated(self, stats: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_participant_counts_updated(self, counts: Data) -> None:
        """More or fewer people are there."""

    def on_participant_joined(self, participant: Data) -> None:
        """Somebody came, or was there when we came."""

    def on_participant_left(self, participant: Data, reason: str) -> None:
        """Somebody went."""

    def on_participant_updated(self, participant: Data) -> None:
        """Something about a participant, its media perhaps, is different."""

    def on_publishing_updated(self, publishing_settings: Data) -> None:
        """The publishing settings are others now."""

    def on_recording_error(self, stream_id: str, message: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_recording_started(self, status: Data) -> None:
        """Never called: rooms of visavis have none."""

    def on_recording_stopped(self, stream_id: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_subscription_profiles_updated(self, subscription_profiles: Data) -> None:
        """The subscription profiles are others now."""

    def on_subscriptions_updated(self, subscriptions: Data) -> None:
        """The subscriptions are others now."""

    def on_transcription_error(self, message: str) -> None:
        """Never called: rooms of visavis have none."""

    def on_transcription_message(self, message: Data) -> None:
        """What somebody said, in text."""

    def on_transcription_started(self, status: Data) -> None:
        """Transcripts will come."""

    def on_transcription_stopped(self, stopped_by: str, stopped_by_error: bool) -> None:
        """No more transcripts will come."""

    def on_transcription_updated(self, update: Data) -> None:
        """Others are transcribed now."""
