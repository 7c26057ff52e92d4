"""What clients are told (PROTOCOL 2): shapes of replies, both families of names."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from visavis.server.catalogue import BUILT, Replica
from visavis.server.sealing import masked
from visavis.server.store import Conversation, Recording, Resource
from visavis.session.bodies import PersonaBody


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


def persona_view(persona: Resource) -> dict[str, Any]:
    """A persona, flat as clients read it."""
    about = PersonaBody.model_validate(persona.document)
    return {
        **masked(persona.document),
        "persona_id": persona.id,
        "pal_id": persona.id,
        "persona_name": about.persona_name,
        "pal_name": about.persona_name,
        "system_prompt": about.system_prompt,
        "pipeline_mode": about.pipeline_mode,
        "default_replica_id": about.default_replica_id,
        "default_face_id": about.default_replica_id,
        "created_at": iso(persona.created_at),
        "updated_at": iso(persona.updated_at),
    }


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
