"""Where a connection is opened: the one place where a name becomes an address, is checked and connected to.

httpcore asks for a stream to a host by name, and does TLS on it for that name. So the address that was
checked is the one connected to, wherever the name leads a moment later, and certificates are still
verified for the name.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from visavis.errors import OutboundRefused
from visavis.outbound.guard import Guard
from visavis.outbound.resolver import Resolve, addresses_of

MOST_ATTEMPTS = 6


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to what the guard lets pass.

    Args:
        guard: what that is.
        resolve: names to addresses.
        only_allowed: public addresses do not pass, only those that the operator named.
    """

    def __init__(self, guard: Guard, resolve: Resolve, *, only_allowed: bool = False) -> None:
        self._guard, self._resolve, self._only_allowed = guard, resolve, only_allowed
        self._network: httpcore.AsyncNetworkBackend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers; the timeout is for all of it."""
        clock = asyncio.get_running_loop().time
        until = None if timeout is None else clock() + timeout
        try:
            async with asyncio.timeout_at(until):
                addresses = await addresses_of(self._resolve, host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        self._guard.check(host, addresses, only_allowed=self._only_allowed)
        candidates = addresses[:MOST_ATTEMPTS]
        while True:
            address = str(candidates.pop(0))
            # One that never answers must not use up the time of the others.
            share = None if until is None else max(until - clock(), 0.0) / (len(candidates) + 1)
            try:
                return _Stream(
                    await self._network.connect_tcp(address, port, share, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not candidates:
                    raise

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise OutboundRefused("a socket of this machine is no address")

    async def sleep(self, seconds: float) -> None:
        """As httpcore asks."""
        await asyncio.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its handshake is cancelled; httpcore's own would be left open."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
