"""A client that costs little, so that what is measured is the server: HTTP/1.1 over kept connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from time import perf_counter
from urllib.parse import urlsplit


def request(method: str, path: str, key: str, body: object = None) -> bytes:
    """A request to the REST API, as bytes."""
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"{method} /v2{path} HTTP/1.1\r\nhost: server\r\nx-api-key: {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def timed(url: str, make: Callable[[int], bytes], count: int, connections: int) -> list[float]:
    """Seconds of each of ``count`` requests, ``connections`` at a time.

    Raises:
        RuntimeError: an answer is no success.
    """
    address = urlsplit(url)
    numbers = iter(range(count))
    took: list[float] = []

    async def work() -> None:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        for number in numbers:
            began = perf_counter()
            writer.write(make(number))
            await _answer(reader)
            took.append(perf_counter() - began)
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return took


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    if not status.startswith("2"):
        raise RuntimeError(f"the server answered {status}")
    length = next((line for line in head.split("\r\n") if line.startswith("content-length:")), None)
    if length:
        await reader.readexactly(int(length.partition(":")[2]))
