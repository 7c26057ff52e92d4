"""Utterances of a conversation as daily-python's transcription messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

UTTERANCE = "conversation.utterance"


def transcript(event: dict[str, Any], replica_id: str, listeners: Sequence[str]) -> dict[str, Any] | None:
    """What somebody said, if this event tells.

    Args:
        event: of the conversation.
        replica_id: who sent it.
        listeners: the people in the room; a user's utterance names none, so with several of them there
            it is nobody's in particular.
    """
    properties = event.get("properties")
    if event.get("event_type") != UTTERANCE or not isinstance(properties, dict):
        return None
    role, speech = properties.get("role"), properties.get("speech")
    if not isinstance(speech, str) or role not in ("user", "replica"):
        return None
    user = listeners[0] if len(listeners) == 1 else ""
    return {
        "participantId": replica_id if role == "replica" else user,
        "text": speech,
        "timestamp": datetime.now(UTC).isoformat(),
        "trackType": "cam-audio",
        "rawResponse": {"is_final": True, "channel": {"alternatives": [{"transcript": speech}]}},
    }
