"""Which webhooks a conversation's events and its end bring about (PROTOCOL 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from visavis.logs import short
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server import hooks
from visavis.server.store import Conversation, NewWebhook, Store
from visavis.server.store.models import now
from visavis.server.transcripts import completed, transcriber_of

JOINED = "system.replica_joined"
ANALYSES = ("conversation.perception_analysis", "conversation.perception-analysis")

log = structlog.get_logger(__name__)


async def of_events(store: Store, events: Sequence[tuple[str, int, Mapping[str, Any]]]) -> list[NewWebhook]:
    """What is told of ``(conversation_id, seq, event)`` while the calls go on: that the replica has come."""
    announced = []
    for name, _, event in events:
        if event.get("event_type") == JOINED and (row := await _with_callback(store, name)):
            sent = event.get("timestamp")
            at = datetime.fromtimestamp(sent, UTC) if isinstance(sent, int | float) else now()
            announced.append(_addressed(row, hooks.replica_joined(row, at)))
    return announced


async def of_end(store: Store, conversation_id: str, reason: str) -> list[NewWebhook]:
    """What is told when a call is over and its events are stored: that it is, what was said, what was seen.

    Raises:
        SQLAlchemyError: the database is away.
    """
    row = await _with_callback(store, conversation_id)
    if row is None or row.status != "active":
        return []
    row.shutdown_reason, row.ended_at = reason, now()
    try:
        said, seen = await _said_and_seen(store, row)
        bodies = hooks.after_the_end(row, said, seen)
    except SQLAlchemyError:
        raise
    except Exception as error:
        # A call that is over must not go on in the database for the sake of its transcript.
        log.error("a call has no transcript", conversation=short(row.id), exc_info=error)
        bodies = [hooks.shutdown(row, reason, row.ended_at)]
    return [_addressed(row, body) for body in bodies]


async def _with_callback(store: Store, name: str) -> Conversation | None:
    row = await store.conversations.get(name, deleted=True)
    return row if row is not None and row.callback_url else None


async def _said_and_seen(store: Store, row: Conversation) -> tuple[list[TranscriptEntry], str]:
    """The transcript, and the last analysis of what was seen."""
    transcriber, seen = transcriber_of(row), ""
    async for page in store.logs.event_pages(row.id):
        for _, event in page:
            transcriber.event(event)
            if event.get("event_type") in ANALYSES:
                seen = event["properties"].get("analysis") or seen
    return await completed(transcriber, store, row), seen


def _addressed(row: Conversation, body: dict[str, Any]) -> NewWebhook:
    return NewWebhook(row.id, row.callback_url, body["event_type"], body)
