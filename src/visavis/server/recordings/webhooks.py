"""What is told of recordings (PROTOCOL 3)."""

from __future__ import annotations

from visavis.protocol.webhooks import (
    RecordingCopyFailed,
    RecordingFailureProperties,
    RecordingProperties,
    RecordingReady,
)
from visavis.server.recordings.storage import StorageFailed
from visavis.server.store import Conversation, NewWebhook, Recording
from visavis.server.store.models import now
from visavis.server.views import iso


def recording_ready(conversation: Conversation, recording: Recording) -> NewWebhook:
    """The recording is stored."""
    message = RecordingReady(
        conversation_id=conversation.id,
        webhook_url=conversation.callback_url,
        timestamp=iso(now()),
        properties=RecordingProperties.model_validate(
            {
                "bucket_name": recording.bucket_name,
                "s3_key": recording.s3_key,
                "duration": round(recording.duration),
                "storage_provider": recording.storage_provider,
                "storage_uri": recording.storage_uri,
            }
        ),
    )
    return NewWebhook(conversation.id, conversation.callback_url, message.event_type, message.wire())


def copy_failed(conversation: Conversation, recording: Recording, error: StorageFailed) -> NewWebhook:
    """The recording could not be stored."""
    message = RecordingCopyFailed(
        conversation_id=conversation.id,
        webhook_url=conversation.callback_url,
        timestamp=iso(now()),
        properties=RecordingFailureProperties.model_validate(
            {
                "recording_id": recording.id,
                "s3_key": recording.s3_key,
                "duration": round(recording.duration),
                "storage_provider": recording.storage_provider,
                "error_code": error.code,
                "error_message": str(error),
            }
        ),
    )
    return NewWebhook(conversation.id, conversation.callback_url, message.event_type, message.wire())
