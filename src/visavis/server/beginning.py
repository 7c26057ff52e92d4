"""From the request for a conversation to one that a worker holds."""

from __future__ import annotations

import time
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from visavis.errors import UnknownConversation
from visavis.logs import short
from visavis.protocol.shutdown import TEST_MODE
from visavis.server.details import details_of
from visavis.server.errors import Refusal
from visavis.server.notices import notices_of
from visavis.server.perception import join
from visavis.server.recordings import recording_details
from visavis.server.resources.catalogue import persona_or_default, replica_or_default
from visavis.server.resources.personas import checked
from visavis.server.resources.pronunciation import rules_of
from visavis.server.resources.skills import skills_of
from visavis.server.resources.steering import Steering, steering_of
from visavis.server.resources.tools import tools_of
from visavis.server.services import Services
from visavis.server.specs import conversation_id, conversation_spec
from visavis.server.store import Conversation, Resource
from visavis.server.store.models import now
from visavis.server.webhooks import announcing
from visavis.server.webhooks.addresses import check_callback
from visavis.session.bodies import CreateConversation, PersonaBody
from visavis.session.spec import ConversationSpec
from visavis.session.tools import ToolBody

IGNORED = ("memory_stores", "document_ids", "document_tags", "document_retrieval_strategy")
"""Fields of the hosted service that have no effect here yet; a request that sets one is logged."""

log = structlog.get_logger(__name__)


async def begin(services: Services, body: CreateConversation) -> Conversation:
    """Begin a conversation, or with ``test_mode`` only write it down.

    Raises:
        Refusal: what was asked for cannot be done.
        CapacityExceeded: every worker is full or busy.
        WorkerLost: no worker is ready, or the chosen one died.
        UnknownConversation: it was ended while it began.
    """
    _refuse_unsupported(body)
    check_callback(body.callback_url, services.outbound.guard)
    _refuse_recording(services, body)
    persona = await persona_or_default(services.store, body.persona_id)
    about = checked(persona.document)
    replica = replica_or_default(body.replica_id, about)
    name = conversation_id()
    if not body.conversation_name:
        body.conversation_name = f"New Conversation {int(time.time() * 1000)}"
    steering, later = Steering(), []
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
        if spec.perception:
            join(spec.perception, spec.tools)
            await services.perception.match(spec.perception)
        _log_without_effect(persona.document, spec)
        _log_less_emotion(body, about, spec)
        later = [(tool_id, tool) for tool_id, tool in tools if tool.trigger_type == "post_call"]
    details = {**details_of(body, steering), **recording_details(body), **notices_of(body, about, spec)}
    row = _row(body, spec, details)
    if body.test_mode:
        await services.store.conversations.add(row)
    else:
        await _all_or_nothing(services, row, spec, persona, later)
    _log_ignored(body, name)
    return row


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


def _row(body: CreateConversation, spec: ConversationSpec, details: dict[str, Any]) -> Conversation:
    return Conversation(
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


async def _all_or_nothing(
    services: Services,
    row: Conversation,
    spec: ConversationSpec,
    persona: Resource,
    later: list[tuple[str, ToolBody]],
) -> None:
    """Write it down, give it to a worker, and tell of it; whatever comes in between, nothing goes on."""
    services.sessions.tidy(services.supervisor.holds)
    try:
        with services.supervisor.announced(row.id):
            # First the row, so that whatever the worker tells about the conversation finds it.
            await services.store.conversations.add(row)
            await services.post_call.expect(row.id, persona, later)
            await services.supervisor.create(spec)
        try:
            await services.store.webhooks.enqueue(*announcing.of_start(row))
        except IntegrityError:  # it was removed again meanwhile, and all of it with it
            raise UnknownConversation("the conversation was deleted while it began") from None
    except BaseException:
        # Done before anything is waited for: it may be the caller who went away, or the database.
        services.supervisor.give_up(row.id)
        services.recorder.refused(row.id)
        await services.recorder.flush()
        await _forget_tools(services, row.id)
        raise


async def _forget_tools(services: Services, conversation_id: str) -> None:
    try:
        await services.post_call.forget(conversation_id)
    except SQLAlchemyError as error:  # the first look for such tools forgets those of no conversation
        log.warning("post-call tools could not be forgotten yet", error=type(error).__name__)


def _log_ignored(body: CreateConversation, name: str) -> None:
    given = [field for field in IGNORED if getattr(body, field, None)]
    if given:
        log.warning("fields without effect here yet", conversation=short(name), fields=given)


def _log_without_effect(document: dict[str, Any], spec: ConversationSpec) -> None:
    """Say what the persona has that nothing comes of here yet."""
    if skills := sorted(skills_of(document)):
        log.warning("skills without effect here yet", conversation=short(spec.conversation_id), skills=skills)


def _log_less_emotion(body: CreateConversation, about: PersonaBody, spec: ConversationSpec) -> None:
    """Say that a persona is not given the emotion recognition that it asks for."""
    layer, given = about.layers.perception, spec.perception
    asked = layer.asked_emotions(body.policy)
    if (
        given is None
        or "emotion_recognition" not in layer.model_fields_set
        or given.emotion_recognition == asked
    ):
        return
    log.warning(
        "less emotion recognition than the persona asks for",
        conversation=short(spec.conversation_id),
        asked=asked,
        allowed=given.emotion_recognition,
    )
