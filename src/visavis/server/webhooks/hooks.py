"""The bodies of webhooks, to the letter (PROTOCOL 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from visavis.protocol import webhooks
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server.store import Conversation
from visavis.server.views import iso

APART = timedelta(milliseconds=1)
"""Between the timestamps of what follows the end, so that sorting keeps the order."""


def replica_joined(conversation: Conversation, at: datetime) -> dict[str, Any]:
    """``system.replica_joined``: once, when the room is open."""
    properties = webhooks.ReplicaIdProperties(replica_id=conversation.replica_id)
    return webhooks.ReplicaJoinedWebhook(properties=properties, **_envelope(conversation, at)).wire()


def shutdown(conversation: Conversation, reason: str, at: datetime) -> dict[str, Any]:
    """``system.shutdown``: once, when the room is shut."""
    properties = webhooks.ShutdownWebhookProperties(
        replica_id=conversation.replica_id, shutdown_reason=reason
    )
    return webhooks.ShutdownWebhook(properties=properties, **_envelope(conversation, at)).wire()


def transcription_ready(
    conversation: Conversation, transcript: Sequence[TranscriptEntry], at: datetime
) -> dict[str, Any]:
    """``application.transcription_ready``: right after the shutdown."""
    properties = webhooks.TranscriptionProperties(
        replica_id=conversation.replica_id, transcript=list(transcript)
    )
    return webhooks.TranscriptionReady(properties=properties, **_envelope(conversation, at)).wire()


def perception_analysis(conversation: Conversation, analysis: str, at: datetime) -> dict[str, Any]:
    """``application.perception_analysis``: after the transcript, if there is an analysis."""
    properties = webhooks.CallAnalysisProperties(analysis=analysis)
    return webhooks.CallAnalysis(properties=properties, **_envelope(conversation, at)).wire()


def after_the_end(
    conversation: Conversation,
    transcript: Sequence[TranscriptEntry],
    analysis: str = "",
) -> list[dict[str, Any]]:
    """What is sent when a call is over, in its order: shutdown, transcript, analysis.

    Args:
        conversation: as the store has it now, with its reason.
        transcript: of all of it.
        analysis: what perception saw, in Markdown; empty if it saw nothing, or has none.
    """
    at = conversation.ended_at or conversation.updated_at
    bodies = [
        shutdown(conversation, conversation.shutdown_reason or "", at),
        transcription_ready(conversation, transcript, at + APART),
    ]
    return [*bodies, perception_analysis(conversation, analysis, at + 2 * APART)] if analysis else bodies


def _envelope(conversation: Conversation, at: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "webhook_url": conversation.callback_url,
        "timestamp": iso(at.astimezone(UTC)),
    }
