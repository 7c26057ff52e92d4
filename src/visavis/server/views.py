"""What clients are told (PROTOCOL 2): shapes of replies, both families of names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from visavis.server.resources.catalogue import BUILT, Replica
from visavis.server.store import Conversation, Recording


def iso(moment: datetime) -> str:
    """ISO 8601 with microseconds and Z, as the hosted API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def created_conversation(conversation: Conversation, base_url: str) -> dict[str, Any]:
    """The reply to a create."""
    return {
        "conversation_id": conversation.id,
        "conversation_name": conversation.name,
        "conversation_url": f"{base_url}/{conversation.id}",
        "status": conversation.status,
        "callback_url": conversation.callback_url,
        "created_at": iso(conversation.created_at),
    }


def conversation_view(conversation: Conversation, base_url: str) -> dict[str, Any]:
    """A conversation in a list or by itself."""
    return {
        **created_conversation(conversation, base_url),
        "replica_id": conversation.replica_id,
        "persona_id": conversation.persona_id,
        "updated_at": iso(conversation.updated_at),
    }


def recording_view(recording: Recording, base_url: str) -> dict[str, Any]:
    """A recording."""
    return {
        "recording_id": recording.id,
        "conversation_id": recording.conversation_id,
        "status": recording.state,
        "duration": round(recording.duration),
        "storage_provider": recording.storage_provider,
        "bucket_name": recording.bucket_name,
        "s3_key": recording.s3_key,
        "storage_uri": recording.storage_uri,
        "file_url": f"{base_url}/v2/conversations/{recording.conversation_id}/recordings/{recording.id}/file",
        "error_code": recording.error_code or None,
        "error_message": recording.error_message or None,
        "created_at": iso(recording.created_at),
    }


def event_view(message: dict[str, Any]) -> dict[str, Any]:
    """An event of a verbose conversation: as it was sent, with the moment as ISO 8601."""
    sent = message.get("timestamp")
    moment = iso(datetime.fromtimestamp(sent, UTC)) if isinstance(sent, int | float) else None
    return {"properties": {}, **message, "timestamp": moment}


def replica_view(replica: Replica) -> dict[str, Any]:
    """A replica."""
    return {
        "replica_id": replica.id,
        "face_id": replica.id,
        "replica_name": replica.name,
        "face_name": replica.name,
        "thumbnail_video_url": "",
        "training_progress": "100/100",
        "status": "completed",
        "replica_type": "system",
        "model_name": replica.model_name,
        "created_at": iso(BUILT),
        "updated_at": iso(BUILT),
        "error_message": None,
    }
