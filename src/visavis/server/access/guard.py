"""Asks the REST API's callers for their key, and everybody not to ask too often."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from visavis.server.access.auth import Keyring, digest_of
from visavis.server.access.limits import TOO_MANY, Limits
from visavis.server.access.scopes import allows, needed
from visavis.server.errors import error_response

UNCOUNTED = ("", "healthz", "readyz", "metrics", "openapi.json", "docs", "assets", "spec")
"""First parts of paths that cost next to nothing, or are asked for by the operator."""
MOST_WELCOME = 1000
"""Addresses with a good key that are remembered."""

log = structlog.get_logger(__name__)


class Guard:
    """Lets a request pass, or answers it.

    Args:
        app: what is behind it.
        keys: the API keys.
        limits: how often anybody may ask.
    """

    def __init__(self, app: ASGIApp, keys: Keyring, limits: Limits) -> None:
        self.app, self.keys, self.limits = app, keys, limits
        self._welcome: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refused = await self._refusal(scope)
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocket(scope, receive, send).send_denial_response(refused)
        else:
            await refused(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if scope["type"] == "http" and (path == "/v2" or path.startswith("/v2/")):
            return await self._refusal_of_caller(scope, path)
        parts = path.split("/")[1:]
        if parts[0] in UNCOUNTED or _is_frame(parts):
            return None
        return _too_many(self.limits.join.take(address_of(scope)))

    async def _refusal_of_caller(self, scope: Scope, path: str) -> Response | None:
        """The REST API's answer to a bad key, or to too many requests with a good one."""
        address, key = address_of(scope), Headers(scope=scope).get("x-api-key", "")
        here = address, digest_of(key)
        if here not in self._welcome and (wait := self.limits.failed_keys.spent(address)):
            return _too_many(wait)
        caller = await self.keys.find(key)
        if caller is None:
            self._welcome.pop(here, None)
            if key and self.limits.failed_keys.take(address):
                log.warning("too many wrong API keys from one address")
            return error_response(401, "Invalid access token")
        self._greet(here)
        if wait := self.limits.api.take(caller.name):
            return _too_many(wait)
        scope_needed = needed(scope["method"], path)
        if not allows(caller.scopes, scope_needed):
            return error_response(403, f"this API key lacks the scope {scope_needed}")
        return None

    def _greet(self, here: tuple[str, str]) -> None:
        """Somebody who guesses keys beside others, behind the same address, must not lock these out."""
        self._welcome[here] = None
        self._welcome.move_to_end(here)
        if len(self._welcome) > MOST_WELCOME:
            self._welcome.popitem(last=False)


def address_of(scope: Scope) -> str:
    """Who asks: the client's address, of IPv6 its /64, which is what one customer has."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))


def _is_frame(parts: list[str]) -> bool:
    """Whether it is a frame of a stream's reader, which is counted by stream (``routes.chat``)."""
    return len(parts) == 3 and parts[1] == "chat"


def _too_many(wait: int) -> Response | None:
    return error_response(429, TOO_MANY, {"retry-after": str(wait)}) if wait else None
