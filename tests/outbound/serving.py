"""A small HTTP server that does what clients must be prepared for, and names that lead where a test says."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from visavis.outbound.client import GuardedClient
from visavis.outbound.guard import LOOPBACK, Guard


@dataclass
class Received:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)


def reply(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


Handler = Callable[[Received, asyncio.StreamWriter], Awaitable[bytes | None]]


@dataclass
class Server:
    port: int
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Answer what the handler returns, or leave it to the handler to write."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])
            }
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            received = Received(method, target, headers, body)
            server.received.append(received)
            answer = await handler(received, writer)
            if answer is None:
                return
            writer.write(answer)
            await writer.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        # Else asyncio's streams report the end of the test as an error.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            talks.add(asyncio.current_task())
            await talk(reader, writer)
        writer.close()

    talks: set[asyncio.Task[None] | None] = set()
    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server = Server(listener.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listener.close()
        for task in talks:
            assert task is not None
            task.cancel()
        await asyncio.gather(*filter(None, talks), return_exceptions=True)


@dataclass
class Names:
    """A resolver: each name has its answers, of which the last stays."""

    answers: dict[str, Iterator[list[str]]]
    asked: int = 0

    @classmethod
    def of(cls, **answers: list[list[str]]) -> Names:
        def lasting(given: list[list[str]]) -> Iterator[list[str]]:
            yield from given
            while True:
                yield given[-1]

        return cls({name.replace("_", "."): lasting(given) for name, given in answers.items()})

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        if host not in self.answers:
            raise OSError("no such host")
        return next(self.answers[host])


def local_client() -> GuardedClient:
    """One that may reach this machine."""
    return GuardedClient(Guard(LOOPBACK))
