"""``POST /v2/interactions``: any interaction by REST instead of the data channel (PROTOCOL 2.7)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from visavis.errors import UnknownConversation
from visavis.protocol import Ignored, parse
from visavis.server.description.replies import Accepted, replies
from visavis.server.errors import Refusal
from visavis.server.services import Injected, StrictRoute

router = APIRouter(prefix="/v2/interactions", tags=["interactions"], route_class=StrictRoute)


@router.post("", responses=replies(Accepted))
async def interact(message: dict[str, Any], services: Injected) -> dict[str, Any]:
    """Pass an interaction to the conversation that it names."""
    name = message.get("conversation_id")
    if not isinstance(name, str) or not name:
        raise Refusal(400, "conversation_id is required")
    if await services.store.conversations.get(name) is None:
        raise Refusal(400, "Invalid conversation_id")
    interaction = parse(message)
    if isinstance(interaction, Ignored):
        raise Refusal(400, f"not an interaction: {interaction.reason}")
    try:
        await services.supervisor.interact(name, message)
    except UnknownConversation:
        raise Refusal(400, "the conversation has ended") from None
    return {"conversation_id": name, "event_type": interaction.event_type, "status": "accepted"}
