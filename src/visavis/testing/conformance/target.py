"""The server under test: its REST API, and what the suite made there and has to remove again."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from visavis.testing.conformance.voice import Voice

PREFIX = "conformance "
"""What the names of everything that the suite makes begin with."""

IDS = {
    "conversations": ("conversation_id",),
    "personas": ("persona_id",),
    "pals": ("pal_id", "persona_id"),
    "objectives": ("objectives_id",),
    "guardrails": ("uuid", "guardrails_id"),
}
"""For each path that makes something, the keys under which its id is found."""


@dataclass(slots=True)
class Target:
    """A server.

    Attributes:
        url: without ``/v2`` and without a final slash.
        http: sends the key; its base is ``{url}/v2``.
        llm_url: where the server can reach the suite's own language model; empty if it cannot.
        hook_url: where it can reach the suite's webhook receiver, likewise.
        hooks: what that received: ``(path, body)``.
        voice: speaks for the users of cases.
        conversations: to be ended and deleted.
        resources: paths of everything else that was made, to be deleted.
    """

    url: str
    http: httpx.AsyncClient
    llm_url: str = ""
    hook_url: str = ""
    hooks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    voice: Voice = field(default_factory=Voice)
    conversations: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request behind ``/v2``; what it creates is remembered."""
        answer = await self.http.request(method, path, **options)
        if method == "POST" and answer.is_success:
            self._remember(path.strip("/"), answer)
        return answer

    async def clean(self) -> None:
        """End and delete everything that was made; what is gone already is fine."""
        conversations, resources = self.conversations[:], self.resources[:]
        self.conversations.clear()
        self.resources.clear()
        await asyncio.gather(*(self._quietly("POST", f"/conversations/{name}/end") for name in conversations))
        paths = [f"/conversations/{name}" for name in conversations] + resources
        await asyncio.gather(*(self._quietly("DELETE", path) for path in paths))

    def _remember(self, path: str, answer: httpx.Response) -> None:
        with contextlib.suppress(ValueError):
            body = answer.json()
            if path not in IDS or not isinstance(body, dict):
                return
            name = next((body[key] for key in IDS[path] if body.get(key)), None)
            if name and path == "conversations":
                self.conversations.append(name)
            elif name:
                self.resources.append(f"/{path}/{name}")

    async def _quietly(self, method: str, path: str) -> None:
        with contextlib.suppress(httpx.HTTPError):
            await self.http.request(method, path)


def connect(url: str, api_key: str) -> httpx.AsyncClient:
    """A client for the REST API at ``url``, with or without ``/v2``."""
    base = url.rstrip("/").removesuffix("/v2")
    return httpx.AsyncClient(
        base_url=f"{base}/v2",
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
