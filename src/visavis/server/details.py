"""What a conversation is told of at its creation and what is needed later (``Conversation.details``)."""

from __future__ import annotations

from typing import Any

from visavis.server.resources.steering import Steering
from visavis.session.bodies import CreateConversation


def details_of(body: CreateConversation, steering: Steering) -> dict[str, Any]:
    """The parts that were given, and no others.

    ``callbacks`` are URLs, by ``objective`` or ``guardrail`` and then by name.
    """
    wanted = body.properties
    given = {
        "callbacks": steering.callbacks,
        "memory_stores": body.memory_stores,
        "document_ids": body.document_ids,
        "document_tags": body.document_tags,
        "document_retrieval_strategy": body.document_retrieval_strategy,
        "language": wanted.language,
        "captions": wanted.enable_closed_captions,
    }
    return {name: value for name, value in given.items() if value or value is False}
