"""The outbox: messages to other servers, written in one transaction with what they tell of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from visavis.server.store.engine import Sessions
from visavis.server.store.models import Webhook, WebhookAttempt, now


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What is to be posted, and where."""

    conversation_id: str | None
    url: str
    event_type: str
    body: Mapping[str, Any]


async def enqueue(session: AsyncSession, webhooks: Sequence[NewWebhook]) -> list[str]:
    """Put messages into the outbox, within the caller's transaction; their ids."""
    rows = [
        {
            "id": f"msg_{secrets.token_hex(12)}",
            "conversation_id": one.conversation_id,
            "url": one.url,
            "event_type": one.event_type,
            "body": json.dumps(one.body, ensure_ascii=False, separators=(",", ":")),
        }
        for one in webhooks
    ]
    if rows:
        await session.execute(insert(Webhook), rows)
    return [row["id"] for row in rows if row["id"]]


class Webhooks:
    """The outbox and the log of deliveries."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def enqueue(self, *webhooks: NewWebhook) -> list[str]:
        """Put messages into the outbox by themselves; their ids."""
        async with self._sessions.begin() as session:
            return await enqueue(session, webhooks)

    async def due(self, limit: int) -> Sequence[Webhook]:
        """What may be sent now, the oldest first.

        Those of one conversation to one URL go in their order: one waits while an earlier one is pending.
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
        wanted = (
            select(Webhook)
            .where(Webhook.state == "pending", Webhook.next_attempt_at <= now(), ~blocked)
            .order_by(Webhook.number)
            .limit(limit)
        )
        async with self._sessions() as session:
            return (await session.scalars(wanted)).all()

    async def next_due(self) -> datetime | None:
        """When the first of those that wait may be sent; None if none waits."""
        wanted = select(func.min(Webhook.next_attempt_at)).where(Webhook.state == "pending")
        async with self._sessions() as session:
            return await session.scalar(wanted)

    async def tried(
        self, attempt: WebhookAttempt, *, delivered: bool = False, again_at: datetime | None = None
    ) -> None:
        """Keep how an attempt went: it was delivered, is to be tried again at a time, or has failed."""
        state = "delivered" if delivered else "pending" if again_at else "failed"
        values: dict[str, Any] = {"state": state, "attempts": Webhook.attempts + 1}
        if delivered:
            values["delivered_at"] = now()
        if again_at:
            values["next_attempt_at"] = again_at
        async with self._sessions.begin() as session:
            await session.execute(
                update(Webhook).where(Webhook.number == attempt.webhook_number).values(**values)
            )
            session.add(attempt)

    async def get(self, webhook_id: str) -> Webhook | None:
        """One of them."""
        async with self._sessions() as session:
            found: Webhook | None = await session.scalar(select(Webhook).where(Webhook.id == webhook_id))
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
        where = [Webhook.number > 0]
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
            found = await session.execute(
                update(Webhook)
                .where(Webhook.id == webhook_id)
                .values(state="pending", attempts=0, next_attempt_at=now())
            )
            return bool(found.rowcount)  # type: ignore[attr-defined]
