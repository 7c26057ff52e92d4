"""Webhooks: what is posted to a conversation's ``callback_url`` (PROTOCOL 3).

Objectives, guardrails, documents and the training of replicas have callbacks of their own, which are no
webhooks: they have neither ``event_type`` nor ``message_type``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from visavis.protocol.base import Message, Properties
from visavis.protocol.shutdown import ShutdownReason

Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
"""ISO 8601, UTC, with a Z."""


DOCUMENTED_ORDER = (
    "properties",
    "conversation_id",
    "webhook_url",
    "event_type",
    "message_type",
    "timestamp",
)


class WebhookMessage(Message):
    """What every webhook carries. Unknown keys are kept."""

    message_type: Literal["system", "application", "canvas"]
    conversation_id: str
    webhook_url: str
    """The ``callback_url`` itself."""
    timestamp: Moment
    """When it was sent."""

    def wire(self) -> dict[str, Any]:
        """The JSON object that is posted: what was set, in the order of the documented examples."""
        data = super().wire()
        return {**{name: data[name] for name in DOCUMENTED_ORDER if name in data}, **data}


class ReplicaIdProperties(Properties):
    """Which replica."""

    replica_id: str


class ReplicaJoinedWebhook(WebhookMessage):
    """The replica is in the room."""

    message_type: Literal["system"] = "system"
    event_type: Literal["system.replica_joined"] = "system.replica_joined"
    properties: ReplicaIdProperties


class ShutdownWebhookProperties(Properties):
    """Which replica left, and why."""

    replica_id: str
    shutdown_reason: ShutdownReason


class ShutdownWebhook(WebhookMessage):
    """The room is shut."""

    message_type: Literal["system"] = "system"
    event_type: Literal["system.shutdown"] = "system.shutdown"
    properties: ShutdownWebhookProperties


class TranscriptEntry(Properties):
    """What one side said."""

    role: Literal["system", "user", "assistant", "tool"]
    """``assistant``, not ``replica``."""
    content: str
    timestamp: float | None = None
    """Unix seconds. This and the other times are there since May 2026."""
    seconds_from_start: float | None = None
    duration: float | None = None
    """Seconds."""
    inference_id: str | None = None
    """Of what the replica said."""


class TranscriptionProperties(Properties):
    """The whole conversation."""

    replica_id: str
    transcript: list[TranscriptEntry]


class TranscriptionReady(WebhookMessage):
    """The transcript, after the end."""

    message_type: Literal["application"] = "application"
    event_type: Literal["application.transcription_ready"] = "application.transcription_ready"
    properties: TranscriptionProperties


StorageProvider = Literal["s3", "gcs", "azure_blob", "local"]
"""``local``, a folder of the server's, is an extension."""


class RecordingProperties(Properties):
    """Where the recording is."""

    bucket_name: str
    """Or container; empty, or a folder, where the provider is ``local``."""
    s3_key: str
    """``tavus/<conversation_id>/<Unix milliseconds>``."""
    duration: int
    """Seconds."""
    storage_provider: StorageProvider
    storage_uri: str


class RecordingReady(WebhookMessage):
    """The recording is stored."""

    message_type: Literal["application"] = "application"
    event_type: Literal["application.recording_ready"] = "application.recording_ready"
    properties: RecordingProperties


class RecordingFailureProperties(Properties):
    """What could not be copied, and why."""

    recording_id: str
    s3_key: str
    duration: int
    """Seconds."""
    storage_provider: StorageProvider
    error_code: str
    """Such as ``DESTINATION_AUTH_FAILED``."""
    error_message: str


class RecordingCopyFailed(WebhookMessage):
    """The recording could not be stored."""

    message_type: Literal["application"] = "application"
    event_type: Literal["application.recording_copy_failed"] = "application.recording_copy_failed"
    properties: RecordingFailureProperties


class CallAnalysisProperties(Properties):
    """What was seen in the call, as Markdown; the text of the event of that name."""

    analysis: str


class CallAnalysis(WebhookMessage):
    """The visual summary, some time after the end."""

    message_type: Literal["application"] = "application"
    event_type: Literal["application.perception_analysis"] = "application.perception_analysis"
    properties: CallAnalysisProperties


class PostCallActionProperties(Properties):
    """What was sent, and what came back."""

    request: dict[str, Any]
    """Its ``body`` among others: JSON text, also where the request failed."""
    tool_id: str | None = None
    tool_name: str | None = None
    status: Literal["success", "error"] | None = None
    response: dict[str, Any] | None = None
    """``status_code``, which is null where there was no answer, and ``body``."""
    error: str | None = None
    """What went wrong."""


class PostCallActionExecuted(WebhookMessage):
    """A tool with the trigger ``post_call`` has run."""

    message_type: Literal["application"] = "application"
    event_type: Literal["application.post_call_action_executed"] = "application.post_call_action_executed"
    properties: PostCallActionProperties


class CanvasInteractionProperties(Properties):
    """What a user did with a component."""

    interaction_id: str
    tool_call_id: str
    component: str
    component_version: str
    type: str
    """``submit``, ``skip``, ``dismiss``, ``clear``, ``error`` or ``heartbeat``."""
    value: Any = None
    metadata: dict[str, Any] | None = None


class CanvasInteraction(WebhookMessage):
    """A user did something on the canvas."""

    message_type: Literal["canvas"] = "canvas"
    event_type: Literal["canvas.interaction"] = "canvas.interaction"
    properties: CanvasInteractionProperties


Webhook = Annotated[
    ReplicaJoinedWebhook
    | ShutdownWebhook
    | TranscriptionReady
    | RecordingReady
    | RecordingCopyFailed
    | CallAnalysis
    | PostCallActionExecuted
    | CanvasInteraction,
    Field(discriminator="event_type"),
]

WEBHOOK: TypeAdapter[Webhook] = TypeAdapter(Webhook)
"""Reads them."""
