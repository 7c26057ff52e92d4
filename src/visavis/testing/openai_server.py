"""A scripted OpenAI-compatible endpoint, for tests of whatever asks a language model.

It answers over real HTTP on loopback, says exactly what the test wrote, and keeps what it was asked.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait here until the test calls ``ScriptedServer.release`` or the client hangs up."""


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Drop the connection here, in the middle of the answer."""


Piece = bytes | Hold | BreakOff


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked.

    Attributes:
        headers: names in lower case.
        body: decoded JSON; None when there was none.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """What the endpoint answers: the pieces, each sent as soon as it is its turn."""

    pieces: tuple[Piece, ...]
    status: int = 200
    content_type: str = "text/event-stream"


def event(value: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(finish_reason: str | None = None, **fields: Any) -> bytes:
    """One chunk of a completion, e.g. ``delta(content="Hello")``."""
    choice = {"index": 0, "delta": fields, "finish_reason": finish_reason}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]})


def say(*texts: str) -> Reply:
    """An answer in these pieces of text."""
    return Reply((*(delta(content=text) for text in texts), delta("stop"), DONE))


def call(name: str, arguments: str, call_id: str = "call_1") -> Reply:
    """One tool call, streamed as OpenAI does: the name, then the arguments in two halves."""
    half = len(arguments) // 2
    head = {"index": 0, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    halves = ({"index": 0, "function": {"arguments": part}} for part in (arguments[:half], arguments[half:]))
    pieces = (delta(tool_calls=[piece]) for piece in (head, *halves))
    return Reply((*pieces, delta("tool_calls"), DONE))


def refuse(status: int, **error: Any) -> Reply:
    """An error as OpenAI sends it, e.g. ``refuse(401, message=…, code="invalid_api_key")``."""
    return Reply((json.dumps({"error": error}).encode(),), status, "application/json")


def echo_last_user(request: Request) -> Reply:
    """An answer made of the last user's words, for tests that only need some answer to recognise."""
    words = [text_of(m) for m in request.body["messages"] if m.get("role") == "user"]
    return say("You said: ", *(f"{word} " for word in (words[-1] if words else "nothing").split()))


def text_of(message: dict[str, Any]) -> str:
    """The words of a request's message, also of one in parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def pictures_of(message: dict[str, Any]) -> list[bytes]:
    """The files of a message's ``image_url`` parts; they must be data URLs."""
    content = message.get("content")
    urls = [
        part["image_url"]["url"]
        for part in (content if isinstance(content, list) else ())
        if part["type"] == "image_url"
    ]
    return [base64.b64decode(url.partition(";base64,")[2], validate=True) for url in urls]


@dataclass(slots=True)
class ScriptedServer:
    """The endpoint. Use as an async context manager.

    Attributes:
        replies: given in this order; then ``answer`` decides.
        requests: everything asked so far.
        host: where it listens.
        port: likewise; 0 finds a free one.
        base_url: for ``LLMSpec``; valid inside the context.
        hung_up: how many clients left before their answer was complete.
    """

    replies: Iterable[Reply] = ()
    answer: Callable[[Request], Reply] = echo_last_user
    host: str = "127.0.0.1"
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    base_url: str = ""
    hung_up: int = 0
    _script: list[Reply] = field(default_factory=list)
    _release: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._script = list(self.replies)
        self._server = await asyncio.start_server(self._connected, self.host, self.port)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def release(self) -> None:
        """Let answers that hold go on, now and from now on."""
        self._release.set()

    async def wait_until(self, condition: Callable[[ScriptedServer], bool]) -> None:
        """Until a request has come or a client hung up, and the condition holds."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self))

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                await self._notify()
                reply = self._script.pop(0) if self._script else self.answer(request)
                if not await self._send(reply, reader, writer):
                    return
        except ConnectionError:
            await self._lost()
        finally:
            writer.close()

    async def _send(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send all of it; False when the connection is over."""
        head = f"HTTP/1.1 {reply.status} Scripted\r\nContent-Type: {reply.content_type}\r\n"
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for piece in reply.pieces:
            if isinstance(piece, BreakOff):
                await writer.drain()
                return False
            if isinstance(piece, Hold):
                if not await self._hold(reader):
                    return False
            else:
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _hold(self, reader: asyncio.StreamReader) -> bool:
        """Until released (True) or the client hangs up (False)."""
        released = asyncio.ensure_future(self._release.wait())
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((released, gone), return_when=asyncio.FIRST_COMPLETED)
            if released.done():
                return True
            await self._lost()
            return False
        finally:
            released.cancel()
            gone.cancel()
            await asyncio.wait((released, gone))

    async def _lost(self) -> None:
        self.hung_up += 1
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """One request, or None when the client has no more."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        return await _request(head, reader)
    except asyncio.IncompleteReadError:
        return None


async def _request(head: str, reader: asyncio.StreamReader) -> Request:
    request_line, *lines = head.strip().split("\r\n")
    method, target, _ = request_line.split(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    content = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    body = json.loads(content) if content else None
    return Request(method, url.path, dict(parse_qsl(url.query)), headers, body)
