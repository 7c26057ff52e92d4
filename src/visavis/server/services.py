"""What routes work with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from visavis.config import Settings
from visavis.outbound.client import GuardedClient
from visavis.server.access.limits import Limits
from visavis.server.access.sessions import Sessions
from visavis.server.access.tokens import MeetingTokens
from visavis.server.metrics import Metrics
from visavis.server.nesting import DEEPEST, is_too_deep
from visavis.server.perception import Perception
from visavis.server.postcall import PostCall
from visavis.server.recordings import Recordings
from visavis.server.records.recorder import Recorder
from visavis.server.records.removal import Removal
from visavis.server.store import Store
from visavis.server.vault import Vault
from visavis.server.workers.supervisor import Supervisor
from visavis.session.apicalls import Outbound

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""What Postgres cannot keep, as JSON writes it; behind another backslash it is only a text."""


@dataclass(frozen=True, slots=True)
class Services:
    """One server's parts."""

    settings: Settings
    supervisor: Supervisor
    store: Store
    recorder: Recorder
    metrics: Metrics
    sessions: Sessions
    tokens: MeetingTokens
    vault: Vault
    limits: Limits
    outbound: GuardedClient
    """For requests to addresses that users name."""
    apis: Outbound
    """For calls of tools, over the same client."""
    recordings: Recordings
    post_call: PostCall
    perception: Perception
    removal: Removal

    @property
    def prefix(self) -> str:
        """The path under which browsers reach the server, without a final slash; mostly none."""
        return urlsplit(self.settings.base_url).path


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Injected = Annotated[Services, Depends(_services)]


class StrictRequest(Request):
    """A request whose body is JSON as RFC 8259 has it."""

    async def json(self) -> Any:
        """The decoded body.

        Raises:
            HTTPException: it is no JSON, nested beyond reason, or holds what nobody could repeat.
        """
        try:
            value = json.loads(await self.body(), parse_constant=_no_constant)
            again = json.dumps(value, ensure_ascii=False)
            again.encode()
        except (ValueError, RecursionError):
            # ValueError covers bad syntax, NaN, bad UTF-8 and lone surrogates.
            raise HTTPException(400, "the body is not valid JSON") from None
        if is_too_deep(again):
            raise HTTPException(400, f"the body is nested more than {DEEPEST} levels deep")
        if _NUL.search(again):
            raise HTTPException(400, "the body holds a NUL character")
        return value


class StrictRoute(APIRoute):
    """A route whose body is read as ``StrictRequest`` does, whatever type it claims to have.

    ``curl -d`` calls it a form. Whoever asks has a key, which no page of another origin can make a browser
    send along; so nothing is lost.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the stricter request."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            headers = [(name, value) for name, value in request.scope["headers"] if name != b"content-type"]
            return await handler(StrictRequest({**request.scope, "headers": headers}, request.receive))

        return strict


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
