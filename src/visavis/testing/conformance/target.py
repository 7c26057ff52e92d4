"""The server under test: its REST API, and what the suite made there and has to remove again."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from visavis.errors import ConfigurationError
from visavis.testing.conformance.belongings import Belongings
from visavis.testing.conformance.voice import Voice

UNREACHABLE = "the server cannot reach the suite's language model and webhook receiver (--public-url)"


def _prefix() -> str:
    return f"conformance {secrets.token_hex(3)} "


@dataclass(slots=True)
class Target:
    """A server.

    Attributes:
        url: without ``/v2`` and without a final slash.
        http: sends the key; its base is ``{url}/v2``.
        replica_id: of personas and conversations that name none; empty if the server chooses.
        persona_id: of conversations that need no persona of the suite's; empty if each case makes its own.
        llm_url: where the server can reach the suite's own language model; empty if it cannot.
        hook_url: where it can reach the suite's webhook receiver, likewise.
        why_not: why it cannot, when it cannot.
        hooks: what that received: ``(path, body)``.
        called: set once the server has called either.
        voice: speaks for the users of cases.
        prefix: what the names of all that this run makes begin with.
        made: all that this run made.
    """

    url: str
    http: httpx.AsyncClient
    replica_id: str = ""
    persona_id: str = ""
    llm_url: str = ""
    hook_url: str = ""
    why_not: str = UNREACHABLE
    hooks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    voice: Voice = field(default_factory=Voice)
    prefix: str = field(default_factory=_prefix)
    made: Belongings = field(init=False)

    def __post_init__(self) -> None:
        self.made = Belongings(self.http)

    async def request(self, method: str, path: str, *, case: str = "", **options: Any) -> httpx.Response:
        """Any request behind ``/v2``; what it creates is remembered as the case's."""
        if method == "POST":
            return await self.made.post(case, path, **options)
        return await self.http.request(method, path, **options)

    async def clean(self) -> None:
        """End and delete everything that is still there."""
        await self.made.clean(self.prefix)


def checked(url: str) -> str:
    """The address of a server, without ``/v2`` and without a final slash.

    Raises:
        ConfigurationError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{url!r} is no address of a server; it looks like http://127.0.0.1:7600")
    return url.rstrip("/").removesuffix("/v2")


def connect(url: str, api_key: str) -> httpx.AsyncClient:
    """A client for the REST API at ``url``, with or without ``/v2``."""
    return httpx.AsyncClient(
        base_url=f"{checked(url)}/v2",
        headers={"x-api-key": api_key} if api_key else {},
        timeout=30,
        trust_env=not is_private(url),
    )


def is_loopback(url: str) -> bool:
    """Whether the server is on this machine."""
    found = _addresses(url)
    return bool(found) and all(address.is_loopback for address in found)


def is_private(url: str) -> bool:
    """Whether the server is on this machine or in a private network, where minutes cost nothing."""
    found = _addresses(url)
    return bool(found) and all(address.is_private for address in found)


def _addresses(url: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname or "", None)
    except OSError:
        return []
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
