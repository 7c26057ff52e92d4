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

PREFIX = "conformance "
"""What the names of everything that the suite makes begin with."""


@dataclass(slots=True)
class Target:
    """A server.

    Attributes:
        url: without ``/v2`` and without a final slash.
        http: sends the key; its base is ``{url}/v2``.
        llm_url: where the server can reach the suite's own language model; empty if it cannot.
        hook_url: where it can reach the suite's webhook receiver, likewise.
        hooks: what that received: ``(path, body)``.
        personas: to be deleted.
        conversations: to be ended and deleted.
    """

    url: str
    http: httpx.AsyncClient
    llm_url: str = ""
    hook_url: str = ""
    hooks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    personas: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request behind ``/v2``; what it creates is remembered."""
        answer = await self.http.request(method, path, **options)
        if method == "POST" and answer.is_success:
            self._remember(path.strip("/"), answer)
        return answer

    async def clean(self) -> None:
        """End and delete everything that was made; what is gone already is fine."""
        ending = [self._quietly("POST", f"/conversations/{name}/end") for name in self.conversations]
        await asyncio.gather(*ending)
        deleting = [self._quietly("DELETE", f"/conversations/{name}") for name in self.conversations]
        deleting += [self._quietly("DELETE", f"/personas/{name}") for name in self.personas]
        await asyncio.gather(*deleting)
        self.conversations.clear()
        self.personas.clear()

    def _remember(self, path: str, answer: httpx.Response) -> None:
        with contextlib.suppress(ValueError):
            body = answer.json()
            if path == "conversations" and "conversation_id" in body:
                self.conversations.append(body["conversation_id"])
            elif path in ("personas", "pals") and body.get("persona_id", body.get("pal_id")):
                self.personas.append(body.get("persona_id") or body["pal_id"])

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


def is_private(url: str) -> bool:
    """Whether the server is on this machine or in a private network, where minutes cost nothing."""
    host = urlsplit(url).hostname or ""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(
        ipaddress.ip_address(str(address).split("%")[0]).is_private for address in found
    )
