"""``/v2/conversations`` (PROTOCOL 2.1)."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import structlog
from fastapi import APIRouter, Query, Response

from visavis.errors import UnknownConversation, VisavisError
from visavis.logs import short
from visavis.protocol.shutdown import DELETED, ENDED, TEST_MODE
from visavis.server.catalogue import persona_or_default, replica_or_default
from visavis.server.details import details_of
from visavis.server.errors import Refusal
from visavis.server.pronunciation import rules_of
from visavis.server.recordings import recording_details
from visavis.server.replies import Conversation as ConversationReply
from visavis.server.replies import ConversationCreated, ConversationList, replies
from visavis.server.routes.paging import Limit, Page, listing
from visavis.server.routes.verbose import everything
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.skills import skills_of
from visavis.server.specs import conversation_id, conversation_spec
from visavis.server.steering import Steering, steering_of
from visavis.server.store import Conversation
from visavis.server.store.conversations import Status
from visavis.server.store.models import now
from visavis.server.tools import tools_of
from visavis.server.views import conversation_view, created_conversation, recording_view
from visavis.server.webhooks import announcing
from visavis.server.webhooks.addresses import check_callback
from visavis.session.bodies import CreateConversation, PersonaBody
from visavis.session.spec import ConversationSpec

IGNORED = ("memory_stores", "document_ids", "document_tags", "document_retrieval_strategy")
"""Fields of the hosted service that have no effect here yet; a request that sets one is logged."""

router = APIRouter(prefix="/v2/conversations", tags=["conversations"], route_class=StrictRoute)
log = structlog.get_logger(__name__)


@router.post("", responses=replies(ConversationCreated))
async def create(body: CreateConversation, services: Injected) -> dict[str, Any]:
    """Begin a conversation; its replica waits in the room behind ``conversation_url``."""
    _refuse_unsupported(body)
    check_callback(body.callback_url, services.outbound.guard)
    _refuse_recording(services, body)
    persona = await persona_or_default(services.store, body.persona_id)
    about = PersonaBody.model_validate(persona.document)
    replica = replica_or_default(body.replica_id, about)
    name = conversation_id()
    if not body.conversation_name:
        body.conversation_name = f"New Conversation {int(time.time() * 1000)}"
    steering = Steering()
    if body.test_mode:
        spec = ConversationSpec(
            conversation_id=name,
            conversation_name=body.conversation_name,
            replica_id=replica.id,
            replica_name=replica.name,
            persona_id=persona.id,
            persona_name=about.persona_name or replica.name,
        )
    else:
        spec = conversation_spec(
            name, body, persona, replica, services.supervisor.llm, services.settings, services.vault
        )
        steering = await steering_of(services.store, about)
        spec.objectives, spec.guardrails = steering.objectives, steering.guardrails
        spec.pronunciation = await rules_of(services.store, persona.document)
        if body.properties.enable_recording:
            spec.recording = services.recordings.spec(name)
        tools = await tools_of(services.store, services.vault, about)
        spec.tools = [tool.spec(tool_id) for tool_id, tool in tools if tool.trigger_type == "in_call"]
        _log_without_effect(persona.document, spec)
        after = [(tool_id, tool) for tool_id, tool in tools if tool.trigger_type == "post_call"]
        await services.post_call.expect(name, persona, after)
    row = await _begin(services, body, spec, {**details_of(body, steering), **recording_details(body)})
    _log_ignored(body, name)
    created = created_conversation(row, services.settings.base_url)
    if row.require_auth:
        expires = row.created_at.timestamp() + body.properties.participant_absent_timeout
        created["meeting_token"] = services.tokens.issue(name, expires)
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


def _refuse_unsupported(body: CreateConversation) -> None:
    """Say no where going on without would betray what was asked for."""
    if body.properties.livekit_ws_url:
        raise Refusal(400, "properties.livekit_ws_url is not supported: rooms are this server's own")
    if body.meeting_url:
        raise Refusal(400, "meeting_url is not supported: rooms are this server's own")


def _refuse_recording(services: Services, body: CreateConversation) -> None:
    if not body.properties.enable_recording:
        return
    if body.chat:
        raise Refusal(400, "properties.enable_recording: a chat has neither sound nor picture to record")
    if problem := services.recordings.refusal(body.properties.recording_storage):
        raise Refusal(400, f"properties.{problem}")


async def _begin(
    services: Services, body: CreateConversation, spec: ConversationSpec, details: dict[str, Any]
) -> Conversation:
    """Insert the row first, so that whatever the worker tells about the conversation finds it."""
    row = Conversation(
        id=spec.conversation_id,
        name=spec.conversation_name,
        status="ended" if body.test_mode else "active",
        replica_id=spec.replica_id,
        replica_name=spec.replica_name,
        persona_id=spec.persona_id,
        persona_name=spec.persona_name,
        callback_url=body.callback_url,
        audio_only=body.audio_only,
        require_auth=body.require_auth or body.properties.require_auth,
        details=details,
        shutdown_reason=TEST_MODE if body.test_mode else None,
        ended_at=now() if body.test_mode else None,
    )
    services.sessions.tidy(services.supervisor.holds)
    await services.store.conversations.add(row)
    if not body.test_mode:
        try:
            await services.supervisor.create(spec)
        except VisavisError:
            await _forget_refused(services, row.id)
            await services.post_call.forget(row.id)
            raise
        await services.store.webhooks.enqueue(*announcing.of_start(row))
    return row


async def _forget_refused(services: Services, conversation_id: str) -> None:
    """One that was refused leaves no trace; one that a worker took and could not begin is over, and stays."""
    await services.recorder.flush()
    row = await services.store.conversations.get(conversation_id, deleted=True)
    if row is not None and row.status == "active":
        await services.recorder.forget(conversation_id)


async def _find(services: Services, conversation_id: str) -> Conversation:
    row = await services.store.conversations.get(conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    return row


async def _end(services: Services, conversation_id: str, reason: str) -> None:
    with contextlib.suppress(UnknownConversation):
        await services.supervisor.end(conversation_id, reason)
    await services.recorder.flush()


def _log_ignored(body: CreateConversation, name: str) -> None:
    given = [field for field in IGNORED if getattr(body, field, None)]
    if given:
        log.warning("fields without effect here yet", conversation=short(name), fields=given)


def _log_without_effect(document: dict[str, Any], spec: ConversationSpec) -> None:
    """Say what the persona has that nothing comes of here yet."""
    if skills := sorted(skills_of(document)):
        log.warning("skills without effect here yet", conversation=short(spec.conversation_id), skills=skills)
    if perceived := [tool.name for tool in spec.tools if tool.origin != "llm"]:
        log.warning(
            "no perception calls these tools yet", conversation=short(spec.conversation_id), tools=perceived
        )
