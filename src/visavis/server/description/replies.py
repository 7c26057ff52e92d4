"""What answers hold, for the OpenAPI description; tests hold real answers against it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Replies = dict[int | str, dict[str, Any]]


class Reply(BaseModel):
    """An answer; more fields may be there than are described."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)


class Error(Reply):
    """What is wrong, the same words twice: clients read the one or the other."""

    message: str
    error: str


class PersonaCreated(Reply):
    """A new persona."""

    persona_id: str
    pal_id: str
    """The same as ``persona_id``."""
    persona_name: str
    pal_name: str
    """The same as ``persona_name``."""
    created_at: str
    """ISO 8601 with microseconds and Z."""
    warnings: list[str] | None = None
    """What of its perception this server cannot answer, call or allow; absent where there is nothing.
    Only answers to ``POST`` and ``PATCH`` have it."""


class Persona(PersonaCreated):
    """A persona: all that it was made with, without secrets, which read ``********``."""

    system_prompt: str
    context: str
    greeting: str
    pipeline_mode: Literal["full", "echo"]
    default_replica_id: str
    default_face_id: str
    """The same as ``default_replica_id``."""
    objectives_id: str
    guardrails_id: str
    guardrail_ids: list[str]
    guardrail_tags: list[str]
    document_ids: list[str]
    document_tags: list[str]
    tool_ids: list[str]
    memories: list[str]
    is_template: bool
    layers: dict[str, Any]
    updated_at: str


class List(Reply):
    """A page of a list."""

    data: list[Any]
    total_count: int
    """Of all pages."""


class PersonaList(List):
    """Personas."""

    data: list[Persona]


class Replica(Reply):
    """A look and a voice."""

    replica_id: str
    face_id: str
    """The same as ``replica_id``."""
    replica_name: str
    face_name: str
    """The same as ``replica_name``."""
    thumbnail_video_url: str
    training_progress: str
    status: Literal["started", "completed", "error"]
    replica_type: Literal["user", "system"]
    model_name: str
    """The engine that draws it."""
    created_at: str
    updated_at: str
    error_message: str | None


class ReplicaList(List):
    """Replicas."""

    data: list[Replica]


class TagName(Reply):
    """A tag of a voice."""

    tag_name: str


class Voice(Reply):
    """A voice."""

    voice_name: str
    replica_id: str
    """Who speaks with it."""
    audio_url: str
    """Empty: there are no samples."""
    tags: list[TagName]


class CountedList(List):
    """A page, with what was asked for."""

    page: int
    limit: int


class VoiceList(CountedList):
    """Voices."""

    data: list[Voice]


class CrawlConfig(Reply):
    """How far links are followed."""

    depth: int
    max_pages: int


class Document(Reply):
    """A document."""

    document_id: str
    document_name: str
    document_url: str
    status: Literal["started", "processing", "ready", "error", "recrawling"]
    """``error`` for all, as long as nothing reads documents; ``error_message`` says so."""
    progress: int | None
    error_message: str | None
    created_at: str
    updated_at: str
    callback_url: str
    tags: list[str]
    crawl_config: CrawlConfig | None
    crawled_urls: list[str]
    last_crawled_at: str | None
    crawl_count: int


class DocumentList(CountedList):
    """Documents."""

    data: list[Document]


class Chunks(Reply):
    """What was read of a document."""

    document_id: str
    collection: str
    chunks: list[Any]
    total_count: int
    next_offset: str | None


class TagList(Reply):
    """Tags in use."""

    tags: list[str]
    total_count: int


class Objectives(Reply):
    """A set of objectives."""

    objectives_id: str
    objective_name: str
    """The set's name, else its first step's."""
    objectives_name: str
    name: str
    allow_loops: bool
    status: Literal["active"]
    created_at: str
    updated_at: str
    data: list[dict[str, Any]] | None = None
    """The steps; only where one set is read."""


class ObjectivesList(List):
    """Sets of objectives."""

    data: list[Objectives]


class Valid(Reply):
    """The set makes sense; one that does not is answered 400."""

    valid: Literal[True]
    errors: list[str]
    count: int
    """Its steps."""


class GuardrailOne(Reply):
    """A guardrail."""

    uuid: str
    guardrail_name: str
    guardrail_prompt: str
    modality: Literal["verbal", "visual", "audio"]
    callback_url: str
    tags: list[str]
    app_message: bool
    created_at: str
    updated_at: str


class GuardrailSet(Reply):
    """A legacy set."""

    guardrails_id: str
    guardrails_name: str
    status: Literal["active"]
    created_at: str
    updated_at: str
    data: list[dict[str, Any]] | None = None
    """The guardrails; only where one set is read."""


Guardrail = GuardrailOne | GuardrailSet


class GuardrailList(List):
    """Guardrails, or legacy sets."""

    data: list[Guardrail]


class Pronounced(Reply):
    """A rule of a dictionary."""

    text: str
    pronunciation: str
    type: Literal["alias", "ipa"]
    case_sensitive: bool
    word_boundaries: bool


class Dictionary(Reply):
    """A pronunciation dictionary."""

    pronunciation_dictionary_id: str
    name: str
    rules_count: int
    created_at: str
    updated_at: str
    rules: list[Pronounced] | None = None
    """Not in lists."""


class DictionaryList(CountedList):
    """Pronunciation dictionaries."""

    data: list[Dictionary]


class ConversationCreated(Reply):
    """A new conversation."""

    conversation_id: str
    conversation_name: str
    conversation_url: str
    """Where people join."""
    status: Literal["active", "ended"]
    callback_url: str
    created_at: str


class Conversation(ConversationCreated):
    """A conversation."""

    replica_id: str
    persona_id: str
    updated_at: str
    events: list[dict[str, Any]] | None = None
    """With ``verbose``: what was broadcast."""
    shutdown_reason: str | None = Field(default=None)
    """With ``verbose``: why it ended."""


class ConversationList(List):
    """Conversations."""

    data: list[Conversation]


class Accepted(Reply):
    """The conversation has the interaction."""

    conversation_id: str
    event_type: str
    status: Literal["accepted"]


ONLY: dict[int, dict[str, Any]] = {
    304: {"description": "The patch changes nothing."},
    409: {"model": Error, "description": "Its state does not allow that."},
    422: {"model": Error, "description": "The body is no JSON Patch."},
}


def replies(model: Any, *more: int, status: int = 200) -> Replies:
    """The answer of a route, and the statuses of ``ONLY`` that it may have; ``openapi`` adds others."""
    return {status: {"model": model, "description": "Done."}, **{number: ONLY[number] for number in more}}
