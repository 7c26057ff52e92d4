"""Names to addresses, off the event loop and in threads of their own.

Whoever names a host may also own the name server that never answers; so slow look-ups may hold up each
other, but not what else runs in threads.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from visavis.errors import OutboundFailed
from visavis.outbound.guard import Address, canonical

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""All addresses of a host, for a port, as the system would try them."""

LOOKUPS_AT_A_TIME = 8


class Resolver:
    """The system's resolver."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS_AT_A_TIME, thread_name_prefix="visavis-dns")

    async def __call__(self, host: str, port: int) -> list[str]:
        """As ``Resolve``; ``OSError`` or ``UnicodeError`` if there is no such host."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(sockaddr[0]) for *_, sockaddr in found]

    def close(self) -> None:
        """Forget look-ups that have not begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def addresses_of(resolve: Resolve, host: str, port: int) -> list[Address]:
    """The addresses of a host, each once.

    Raises:
        OutboundFailed: it has none.
    """
    try:
        found = [canonical(address) for address in await resolve(host, port)]
    except (OSError, ValueError):
        found = []
    if not found:
        raise OutboundFailed("the host name could not be resolved")
    return list(dict.fromkeys(found))
