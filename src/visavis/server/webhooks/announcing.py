"""Which webhooks a conversation's beginning and its end bring about (PROTOCOL 3)."""

from __future__ import annotations

from typing import Any

import structlog

from visavis.logs import short
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server.records.transcripts import completed, transcriber_of
from visavis.server.store import Conversation, NewWebhook, Store
from visavis.server.store.engine import AWAY
from visavis.server.store.models import now
from visavis.server.webhooks import hooks

ANALYSES = ("conversation.perception_analysis", "conversation.perception-analysis")

log = structlog.get_logger(__name__)


def of_start(row: Conversation) -> list[NewWebhook]:
    """What is told once the replica waits in the room: that it does, whoever joins and when."""
    return [_addressed(row, hooks.replica_joined(row, now()))] if row.callback_url else []


async def of_end(store: Store, conversation_id: str, reason: str) -> list[NewWebhook]:
    """What is told when a call is over and its events are stored: that it is, what was said, what was seen.

    Raises:
        SQLAlchemyError: one of ``AWAY``.
    """
    row = await store.conversations.get(conversation_id, deleted=True)
    if row is None or not row.callback_url or row.status != "active":
        return []
    row.shutdown_reason, row.ended_at = reason, now()
    try:
        said, seen = await _said_and_seen(store, row)
        bodies = hooks.after_the_end(row, said, seen)
    except AWAY:
        raise
    except Exception as error:
        # A call that is over must not go on in the database for the sake of its transcript.
        log.error("a call has no transcript", conversation=short(row.id), exc_info=error)
        bodies = [hooks.shutdown(row, reason, row.ended_at)]
    return [_addressed(row, body) for body in bodies]


async def _said_and_seen(store: Store, row: Conversation) -> tuple[list[TranscriptEntry], str]:
    """The transcript, and the last analysis of what was seen."""
    transcriber, seen = transcriber_of(row), ""
    async for page in store.logs.event_pages(row.id):
        for _, event in page:
            transcriber.event(event)
            if event.get("event_type") in ANALYSES:
                seen = (event.get("properties") or {}).get("analysis") or seen
    return await completed(transcriber, store, row), seen


def _addressed(row: Conversation, body: dict[str, Any]) -> NewWebhook:
    return NewWebhook(row.id, row.callback_url, body["event_type"], body)
