"""``/v2/webhooks``: the log of deliveries, and sending again (extension)."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from visavis.server.errors import Refusal
from visavis.server.routes.paging import Limit, Page, listing
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Webhook, WebhookAttempt
from visavis.server.views import iso

State = Literal["pending", "delivered", "failed"]

router = APIRouter(prefix="/v2/webhooks", tags=["webhooks"], route_class=StrictRoute)


@router.get("")
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    state: State | None = None,
    conversation_id: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """Webhooks, the newest first, without their bodies."""
    offset = (max(page, 1) - 1) * limit
    rows, total = await services.store.webhooks.page(
        limit, offset, state=state, conversation_id=conversation_id
    )
    return listing([_view(row) for row in rows], total)


@router.get("/{webhook_id}")
async def get(webhook_id: str, services: Injected) -> dict[str, Any]:
    """One webhook, its body, and every attempt to deliver it."""
    row = await _find(services, webhook_id)
    attempts = await services.store.webhooks.attempts(row.number)
    return {**_view(row), "body": json.loads(row.body), "attempts": [_attempt(each) for each in attempts]}


@router.post("/{webhook_id}/redeliver")
async def redeliver(webhook_id: str, services: Injected) -> dict[str, Any]:
    """Send it again, now, whatever became of it; its id and its body stay the same."""
    row = await _find(services, webhook_id)
    await services.store.webhooks.redeliver(row.id)
    return _view(await _find(services, row.id))


async def _find(services: Services, webhook_id: str) -> Webhook:
    row = await services.store.webhooks.get(webhook_id)
    if row is None:
        raise Refusal(400, "Invalid webhook_id")
    return row


def _view(row: Webhook) -> dict[str, Any]:
    return {
        "webhook_id": row.id,
        "conversation_id": row.conversation_id,
        "event_type": row.event_type,
        "url": row.url,
        "state": row.state,
        "attempt_count": row.attempts,
        "created_at": iso(row.created_at),
        "next_attempt_at": iso(row.next_attempt_at) if row.state == "pending" else None,
        "delivered_at": iso(row.delivered_at) if row.delivered_at else None,
    }


def _attempt(row: WebhookAttempt) -> dict[str, Any]:
    return {
        "attempted_at": iso(row.at),
        "status": row.status,
        "error": row.error or None,
        "milliseconds": row.milliseconds,
    }
