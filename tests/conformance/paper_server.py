"""A server on paper: REST that a test can have fail, and rooms in which a test says what is heard."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from visavis.testing.conformance.seats import Invitation, Seat, Soundless
from visavis.testing.conformance.target import Target

Rule = Callable[[httpx.Request], httpx.Response | None]


class PaperServer:
    """Keeps what is posted until it is deleted.

    Attributes:
        kept: documents by path, e.g. ``/conversations/c1``.
        asked: ``METHOD /path`` of every request.
        bodies: what was posted, by path of the collection.
        rule: may answer in the server's place, or raise.
        before: awaited before a request is answered.
    """

    def __init__(self, rule: Rule = lambda _: None) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.bodies: dict[str, list[dict[str, Any]]] = {}
        self.rule = rule
        self.before: Callable[[httpx.Request], Any] | None = None
        self.after: Callable[[httpx.Request], Any] | None = None
        self._numbers = itertools.count(1)

    @property
    def target(self) -> Target:
        transport = httpx.MockTransport(self._answer)
        return Target(
            "http://paper.test", httpx.AsyncClient(base_url="http://paper.test/v2", transport=transport)
        )

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [document for path, document in self.kept.items() if path.startswith(f"/{kind}/")]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v2")
        self.asked.append(f"{request.method} {path}")
        if self.before is not None:
            await self.before(request)
        answer = self.rule(request) or self._plain(request.method, path, request)
        if self.after is not None:
            await self.after(request)
        return answer

    def _plain(self, method: str, path: str, request: httpx.Request) -> httpx.Response:
        if method == "POST" and path in ("/conversations", "/personas"):
            return self._make(path, json.loads(request.content))
        if path == "/replicas":
            rows = [{"replica_id": "r0", "status": "started"}, {"replica_id": "r1", "status": "completed"}]
            return httpx.Response(200, json={"data": rows, "total_count": 2})
        if method == "GET" and path == "/conversations":
            rows = [one for one in self.of("conversations") if one["status"] == "active"]
            return httpx.Response(200, json={"data": rows, "total_count": len(rows)})
        document = self.kept.get(path.removesuffix("/end"))
        if document is None:
            return httpx.Response(400, json={"error": "Invalid id"})
        if path.endswith("/end"):
            document["status"] = "ended"
        elif method == "DELETE":
            del self.kept[path]
            return httpx.Response(204)
        return httpx.Response(200, json=document)

    def _make(self, path: str, body: dict[str, Any]) -> httpx.Response:
        self.bodies.setdefault(path, []).append(body)
        key = path.strip("/").removesuffix("s")
        name = f"{key[0]}{next(self._numbers)}"
        document = {**body, f"{key}_id": name, "status": "active"}
        if key == "conversation":
            document["conversation_url"] = f"http://paper.test/{name}"
        self.kept[f"{path}/{name}"] = document
        return httpx.Response(200, json=document)


class PaperSeat(Soundless):
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send(self, message: Any) -> None:
        self.sent.append(message)


def event(event_type: str, **fields: Any) -> dict[str, Any]:
    return {"message_type": "conversation", "event_type": event_type, **fields}


def room(*messages: Any, alone: bool = True) -> Callable[[Invitation], Any]:
    """A driver into a room where these messages are heard at once."""

    @asynccontextmanager
    async def join(invitation: Invitation) -> AsyncIterator[Seat]:
        if not alone:
            invitation.on_participant()
        for message in messages:
            invitation.on_message(message)
        yield PaperSeat()

    return join
