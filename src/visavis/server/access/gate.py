"""Who may come into a room: anybody who knows its id; into a private one whoever has a token."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from visavis.server.access.tokens import ANYBODY, Guest
from visavis.server.errors import Refusal
from visavis.server.services import Services
from visavis.server.store import Conversation


async def enter(connection: HTTPConnection, services: Services, conversation_id: str) -> Guest:
    """Let a request into a conversation's room.

    Raises:
        Refusal: there is no such room, or it is private and the request has no token for it.
    """
    # A deleted one whose end takes long is still a room, and as private as it was.
    row = await services.store.conversations.get(conversation_id, deleted=True)
    if row is None:
        raise Refusal(404, "there is no such conversation, or it has ended")
    return check(connection, services, row)


def check(connection: HTTPConnection, services: Services, row: Conversation) -> Guest:
    """As ``enter``, with the conversation at hand.

    A session's secret, which outlives the token that it was got with, opens the room again.
    """
    if not row.require_auth:
        return ANYBODY
    services.sessions.tidy(services.supervisor.holds)
    shown = bearer(connection)
    session = services.sessions.find(row.id, shown)
    if session is not None and not session.left:
        return session.guest
    return services.tokens.read(shown, row.id)


def bearer(connection: HTTPConnection) -> str:
    """The token of a request: the header (RFC 6750), or ``?t=`` where a browser cannot set one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return connection.query_params.get("t", "")
