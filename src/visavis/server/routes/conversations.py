"""``/v2/conversations`` (PROTOCOL 2.1)."""

from __future__ import annotations

import contextlib
from typing import Any

import structlog
from fastapi import APIRouter, Query, Response

from visavis.errors import UnknownConversation
from visavis.protocol.shutdown import DELETED, ENDED
from visavis.server.beginning import begin
from visavis.server.description.replies import Conversation as ConversationReply
from visavis.server.description.replies import ConversationCreated, ConversationList, replies
from visavis.server.errors import Refusal
from visavis.server.routes.paging import Limit, Page, listing
from visavis.server.routes.verbose import everything
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Conversation
from visavis.server.store.conversations import Status
from visavis.server.views import conversation_view, created_conversation, recording_view
from visavis.session.bodies import CreateConversation

router = APIRouter(prefix="/v2/conversations", tags=["conversations"], route_class=StrictRoute)
log = structlog.get_logger(__name__)


@router.post("", responses=replies(ConversationCreated))
async def create(body: CreateConversation, services: Injected) -> dict[str, Any]:
    """Begin a conversation; its replica waits in the room behind ``conversation_url``."""
    row = await begin(services, body)
    created = created_conversation(row, services.settings.base_url)
    if row.require_auth:
        expires = row.created_at.timestamp() + body.properties.participant_absent_timeout
        created["meeting_token"] = services.tokens.issue(row.id, expires)
    return created


@router.get("", responses=replies(ConversationList))
async def list_(
    services: Injected, limit: Limit = 10, page: Page = 1, status: Status | None = None
) -> dict[str, Any]:
    """Conversations, the newest first."""
    rows, total = await services.store.conversations.page(limit, max(page, 1), status)
    return listing([conversation_view(row, services.settings.base_url) for row in rows], total)


@router.get("/{conversation_id}", response_model=None, responses=replies(ConversationReply))
async def get(
    conversation_id: str, services: Injected, verbose: bool = Query(default=False)
) -> dict[str, Any] | Response:
    """One conversation; ``verbose`` adds its events and why it ended."""
    if verbose:
        await services.recorder.flush()
    row = await _find(services, conversation_id)
    view = conversation_view(row, services.settings.base_url)
    if not verbose:
        return view
    recordings = [
        recording_view(one, services.settings.base_url)
        for one in await services.store.recordings.of_conversation(row.id)
    ]
    events = await everything(services.store, row)
    return events.answer("events", **view, shutdown_reason=row.shutdown_reason, recordings=recordings)


@router.post("/{conversation_id}/end", responses=replies(ConversationReply))
async def end(conversation_id: str, services: Injected) -> dict[str, Any]:
    """End a conversation; one that is over stays as it is."""
    row = await _find(services, conversation_id)
    await _end(services, row.id, ENDED)
    return conversation_view(await _find(services, row.id), services.settings.base_url)


@router.delete(
    "/{conversation_id}",
    status_code=204,
    responses={502: {"description": "The storage of a recording did not remove it; nothing is lost."}},
)
async def delete(conversation_id: str, services: Injected, hard: bool = Query(default=False)) -> None:
    """End it if need be, and let nobody be told of it any more; ``hard`` removes all that was kept of it."""
    row = await services.store.conversations.get(conversation_id, deleted=hard)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    await _end(services, row.id, DELETED)
    if hard:
        await services.removal.remove(row.id)
    else:
        await services.store.conversations.hide(row.id)


async def _find(services: Services, conversation_id: str) -> Conversation:
    row = await services.store.conversations.get(conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    return row


async def _end(services: Services, conversation_id: str, reason: str) -> None:
    with contextlib.suppress(UnknownConversation):
        await services.supervisor.end(conversation_id, reason)
    await services.recorder.flush()
