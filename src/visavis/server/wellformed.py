"""Requests as HTTP means them: ``HEAD`` wherever there is ``GET``, no address with a NUL character."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from visavis.server.errors import error_response

HEAD_ONLY = "visavis.head_only"
"""In the scope of a ``GET`` that stands for ``HEAD``: a route must not do what only a reader should cause."""


class WellFormed:
    """Answers ``HEAD`` as ``GET`` without a body, and refuses addresses that no database takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, or answer it."""
        if scope["type"] in ("http", "websocket") and _holds_nul(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                refused = error_response(400, "the query holds a NUL character")
                nowhere = error_response(404, "Not Found")
                await (nowhere if "\0" in scope["path"] else refused)(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            await self._head(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def without_body(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                answered = True

        async def gone_once_answered() -> Message:
            # A stream of events would go on for as long as somebody listens.
            return {"type": "http.disconnect"} if answered else await receive()

        inner = {**scope, "method": "GET", HEAD_ONLY: True}
        try:
            await self.app(inner, gone_once_answered, without_body)
        finally:
            if "route" in inner:
                scope["route"] = inner["route"]  # for logs and metrics


def _holds_nul(scope: Scope) -> bool:
    return "\0" in scope["path"] or b"%00" in scope["query_string"]
