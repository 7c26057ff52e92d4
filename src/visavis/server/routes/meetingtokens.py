"""More meeting tokens for a private conversation: one for each participant (extension)."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from visavis.server.access.tokens import Guest
from visavis.server.errors import Refusal
from visavis.server.services import Injected, StrictRoute
from visavis.session.bodies import Body

LIFETIME = 300
"""Seconds of a token whose request names no end, as those of new conversations have."""
LONGEST = 86_400
"""Seconds ahead that a token's end may be; every call is over by then."""

Name = Annotated[str, Field(max_length=200)]

router = APIRouter(prefix="/v2/conversations", tags=["conversations"], route_class=StrictRoute)


class TokenBody(Body):
    """For whom and until when; everything may be left out."""

    user_id: Name = ""
    user_name: Name = ""
    exp: int | None = None
    """Unix seconds."""


@router.post("/{conversation_id}/tokens")
async def create(conversation_id: str, body: TokenBody, services: Injected) -> dict[str, Any]:
    """Issue a token for one participant, whose name and id are then those it holds."""
    row = await services.store.conversations.get(conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    if not row.require_auth:
        raise Refusal(400, "this conversation was not made with require_auth: it asks for no token")
    if row.status == "ended":
        raise Refusal(400, "the conversation has ended")
    if "tavus-replica" in body.user_id:
        raise Refusal(400, "user_id: 'tavus-replica' marks the replica")
    now = time.time()
    expires = body.exp if body.exp is not None else int(now) + LIFETIME
    if not now < expires <= now + LONGEST:
        raise Refusal(400, f"exp: must lie ahead, by at most {LONGEST} seconds")
    token = services.tokens.issue(row.id, expires, Guest(body.user_id, body.user_name))
    return {"conversation_id": row.id, "meeting_token": token, "exp": expires}
