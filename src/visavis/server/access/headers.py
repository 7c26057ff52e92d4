"""What browsers are told about every answer: what may be kept, framed, run and asked for."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from visavis.config import Settings
from visavis.net import is_loopback

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    # The address of a conversation opens its room: no other site may learn it from a link.
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "cross-origin",
}

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Of JSON: should a browser be made to show it, nothing in it acts."""

PERMISSIONS = "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"
"""What the page needs, and has in a frame only as far as that is allowed it; and what it never needs."""

PLAIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Of pages that only say something: the root, the specification."""

POLICIES = {"application/json": DATA_POLICY, "text/html": PLAIN_POLICY}

A_YEAR = 31_536_000
"""Seconds."""


def page_policy(settings: Settings) -> dict[str, str]:
    """Headers of the page: everything it loads is this server's own.

    A call inside an application's iframe is a feature, so by default anybody may frame it.
    """
    ancestors = " ".join("'self'" if one == "self" else one for one in settings.frame_ancestors) or "'none'"
    policy = "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # React sets styles of elements
            "img-src 'self' data: blob:",
            "media-src 'self' blob: mediastream:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )
    headers = {"content-security-policy": policy, "permissions-policy": PERMISSIONS}
    # For what does not know the policy; it has no word for a list of origins.
    older = {"'none'": "DENY", "'self'": "SAMEORIGIN"}.get(ancestors)
    return {**headers, "x-frame-options": older} if older else headers


class ResponseHeaders:
    """Adds them, unless a route has set its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._always = dict(SECURITY_HEADERS)
        # Not on loopback: the browser would remember it for every other server of that name.
        if settings.base_url.startswith("https:") and not is_loopback(settings.base_url):
            self._always["strict-transport-security"] = f"max-age={A_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                if _is_private(scope["path"]):
                    headers.setdefault("cache-control", "no-store")
                kind = headers.get("content-type", "").partition(";")[0]
                if kind in POLICIES:
                    headers.setdefault("content-security-policy", POLICIES[kind])
            await send(message)

        await self.app(scope, receive, with_headers)


def _is_private(path: str) -> bool:
    """Whether its answers are for one reader: the REST API's, and what is below a conversation's address."""
    first, _, rest = path.removeprefix("/").partition("/")
    return first == "v2" or (bool(rest) and first not in ("assets", "spec"))
