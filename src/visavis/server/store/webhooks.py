"""The outbox: messages to other servers, written in one transaction with what they tell of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from visavis.server.store.engine import TO_SEND, Sessions
from visavis.server.store.models import Conversation, Webhook, WebhookAttempt, now


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What is to be posted, and where."""

    conversation_id: str | None
    url: str
    event_type: str
    body: Mapping[str, Any]


async def enqueue(session: AsyncSession, webhooks: Sequence[NewWebhook]) -> list[str]:
    """Put messages into the outbox, within the caller's transaction; their ids."""
    ids = [f"msg_{secrets.token_hex(12)}" for _ in webhooks]
    rows = [
        {
            "id": name,
            "conversation_id": one.conversation_id,
            "url": one.url,
            "event_type": one.event_type,
            "body": _json(one.body),
        }
        for name, one in zip(ids, webhooks, strict=True)
    ]
    if rows:
        await session.execute(insert(Webhook), rows)
        session.info[TO_SEND] = True
    return ids


def _json(body: Mapping[str, Any]) -> str:
    """As it is posted. Half a character, which JSON can express and UTF-8 cannot, becomes a question mark."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace").decode()


class Webhooks:
    """The outbox and the log of deliveries.

    Attributes:
        arrived: set when something new is to be sent, by whoever wrote it in this process.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.arrived = sessions.outbox_filled

    async def enqueue(self, *webhooks: NewWebhook) -> list[str]:
        """Put messages into the outbox by themselves; their ids."""
        if not webhooks:
            return []
        async with self._sessions.begin() as session:
            return await enqueue(session, webhooks)

    async def due(self, at: datetime, limit: int, busy: Collection[str] = ()) -> Sequence[Webhook]:
        """What may be sent at this time, the oldest first.

        Those of one conversation to one URL go in their order: one waits while an earlier one is pending.

        Args:
            at: the time.
            limit: how many at most.
            busy: beginnings of URLs to which nothing is wanted now.
        """
        earlier = aliased(Webhook)
        blocked = (
            select(earlier.number)
            .where(
                earlier.conversation_id == Webhook.conversation_id,
                earlier.url == Webhook.url,
                earlier.state == "pending",
                earlier.number < Webhook.number,
            )
            .exists()
        )
        elsewhere = [~Webhook.url.startswith(beginning, autoescape=True) for beginning in busy]
        wanted = (
            select(Webhook)
            .where(Webhook.state == "pending", Webhook.next_attempt_at <= at, ~blocked, *elsewhere)
            .order_by(Webhook.number)
            .limit(limit)
        )
        async with self._sessions() as session:
            return (await session.scalars(wanted)).all()

    async def next_due(self, after: datetime) -> datetime | None:
        """When the first of those may be sent that wait for a time later than this; None if none does."""
        wanted = select(func.min(Webhook.next_attempt_at)).where(
            Webhook.state == "pending", Webhook.next_attempt_at > after
        )
        async with self._sessions() as session:
            return await session.scalar(wanted)

    async def pending(self) -> int:
        """How many wait, for their time or for earlier ones."""
        wanted = select(func.count(Webhook.number)).where(Webhook.state == "pending")
        async with self._sessions() as session:
            return await session.scalar(wanted) or 0

    async def tried(
        self, attempt: WebhookAttempt, *, delivered: bool = False, again_at: datetime | None = None
    ) -> None:
        """Keep how an attempt went: it was delivered, is to be tried again at a time, or has failed.

        Of one that was removed meanwhile nothing is kept.
        """
        state = "delivered" if delivered else "pending" if again_at else "failed"
        values: dict[str, Any] = {"state": state, "attempts": Webhook.attempts + 1}
        if delivered:
            values["delivered_at"] = attempt.at
        if again_at:
            values["next_attempt_at"] = again_at
        async with self._sessions.begin() as session:
            found = await session.execute(
                update(Webhook).where(Webhook.number == attempt.webhook_number).values(**values)
            )
            if found.rowcount:  # type: ignore[attr-defined]
                session.add(attempt)

    async def get(self, webhook_id: str) -> Webhook | None:
        """One of them; those of deleted conversations are nobody's business."""
        async with self._sessions() as session:
            wanted = select(Webhook).where(Webhook.id == webhook_id, _visible())
            found: Webhook | None = await session.scalar(wanted)
            return found

    async def attempts(self, number: int) -> Sequence[WebhookAttempt]:
        """The attempts at one, in order."""
        wanted = select(WebhookAttempt).where(WebhookAttempt.webhook_number == number)
        async with self._sessions() as session:
            return (await session.scalars(wanted.order_by(WebhookAttempt.id))).all()

    async def page(
        self, limit: int, offset: int, *, state: str | None = None, conversation_id: str | None = None
    ) -> tuple[Sequence[Webhook], int]:
        """Some of them, the newest first, and how many there are in all."""
        where = [_visible()]
        if state:
            where.append(Webhook.state == state)
        if conversation_id:
            where.append(Webhook.conversation_id == conversation_id)
        async with self._sessions() as session:
            total = await session.scalar(select(func.count(Webhook.number)).where(*where))
            newest = select(Webhook).where(*where).order_by(Webhook.number.desc())
            rows = await session.scalars(newest.limit(limit).offset(offset))
            return rows.all(), total or 0

    async def redeliver(self, webhook_id: str) -> bool:
        """Send it again, now, under the same id; whether it is there."""
        async with self._sessions.begin() as session:
            session.info[TO_SEND] = True
            found = await session.execute(
                update(Webhook)
                .where(Webhook.id == webhook_id)
                .values(state="pending", attempts=0, next_attempt_at=now(), delivered_at=None)
            )
            return bool(found.rowcount)  # type: ignore[attr-defined]

    async def remove_settled(self, before: datetime) -> int:
        """Remove those that were delivered or given up, and not touched since; how many that were.

        Args:
            before: the time of the last attempt, or of its creation.
        """
        last = (
            select(func.max(WebhookAttempt.at))
            .where(WebhookAttempt.webhook_number == Webhook.number)
            .scalar_subquery()
        )
        async with self._sessions.begin() as session:
            gone = await session.execute(
                delete(Webhook).where(
                    Webhook.state.in_(("delivered", "failed")),
                    func.coalesce(last, Webhook.created_at) < before,
                )
            )
            return int(gone.rowcount)  # type: ignore[attr-defined]


def _visible() -> ColumnElement[bool]:
    hidden = select(Conversation.id).where(
        Conversation.id == Webhook.conversation_id, Conversation.deleted_at.is_not(None)
    )
    return ~hidden.exists()
