"""A bad network in user space: a UDP relay that loses, delays and limits what goes through it.

Media goes through it because the candidates in the server's answer are replaced by the relay's address.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Address = tuple[str, int]

CANDIDATE = re.compile(
    r"^(?P<head>a=candidate:\S+ \d+ udp \d+) (?P<host>\S+) (?P<port>\d+) (?P<tail>typ host.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_ANY_CANDIDATE = re.compile(r"^a=candidate:.*\r?\n", re.MULTILINE)
LONGEST_QUEUE = 0.5
"""Seconds that a packet may wait for its turn at a bottleneck before it is lost: a router's buffer."""


@dataclass
class Conditions:
    """What the network is like now; may change at any time.

    Attributes:
        loss: the share of packets that are lost.
        delay: seconds, each way.
        bits_a_second: in each direction; 0: no limit.
        down: nothing goes through.
    """

    loss: float = 0.0
    delay: float = 0.0
    bits_a_second: float = 0.0
    down: bool = False


@dataclass
class Way:
    """One direction: when the next packet may leave."""

    conditions: Conditions
    rng: random.Random
    free_at: float = 0.0

    def arrival(self, size: int, now: float) -> float | None:
        """When a packet of so many bytes arrives; None if it is lost."""
        conditions = self.conditions
        if conditions.down or self.rng.random() < conditions.loss:
            return None
        leaves = now
        if conditions.bits_a_second:
            leaves = max(now, self.free_at)
            if leaves - now > LONGEST_QUEUE:
                return None
            leaves += 8 * size / conditions.bits_a_second
            self.free_at = leaves
        return leaves + conditions.delay


def without_candidates(sdp: str) -> str:
    """The offer, without a word of where its sender can be reached."""
    return _ANY_CANDIDATE.sub("", sdp)


class _Socket(asyncio.DatagramProtocol):
    def __init__(self, received: Any) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._received(data, addr)

    def error_received(self, exc: Exception) -> None:
        """The other end is gone; whoever sends there learns of it by silence."""


@dataclass
class Link:
    """Relays between clients and the server's ports. Made by ``link``."""

    conditions: Conditions
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    passed: int = 0
    _transports: list[asyncio.DatagramTransport] = field(default_factory=list)
    _doors: dict[Address, Address] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def through(self, sdp: str) -> str:
        """The answer with each host candidate of UDP replaced by a door of this relay."""
        for match in list(CANDIDATE.finditer(sdp)):
            server = (match["host"], int(match["port"]))
            door = await self._door(server)
            sdp = sdp.replace(match[0], f"{match['head']} {door[0]} {door[1]} {match['tail']}")
        return sdp

    async def _door(self, server: Address) -> Address:
        """A port that leads to this one of the server's."""
        if server in self._doors:
            return self._doors[server]
        loop = asyncio.get_running_loop()
        up, down = Way(self.conditions, self.rng), Way(self.conditions, self.rng)
        behind: dict[Address, asyncio.DatagramTransport] = {}

        async def open_behind(client: Address) -> asyncio.DatagramTransport:
            def back(data: bytes, _: Address) -> None:
                self._send(down, data, front, client)

            transport, _ = await loop.create_datagram_endpoint(lambda: _Socket(back), ("127.0.0.1", 0))
            self._transports.append(transport)
            return transport

        opening: dict[Address, list[bytes]] = {}

        def arrived(data: bytes, client: Address) -> None:
            if client in behind:
                self._send(up, data, behind[client], server)
                return
            waiting = opening.setdefault(client, [])
            waiting.append(data)
            if len(waiting) == 1:
                task = loop.create_task(first(client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        async def first(client: Address) -> None:
            behind[client] = await open_behind(client)
            for data in opening.pop(client):
                self._send(up, data, behind[client], server)

        front, _ = await loop.create_datagram_endpoint(lambda: _Socket(arrived), ("127.0.0.1", 0))
        self._transports.append(front)
        self._doors[server] = front.get_extra_info("sockname")[:2]
        return self._doors[server]

    def _send(self, way: Way, data: bytes, transport: asyncio.DatagramTransport, to: Address) -> None:
        loop = asyncio.get_running_loop()
        arrives = way.arrival(len(data), loop.time())
        if arrives is None:
            return
        self.passed += 1
        loop.call_at(arrives, self._deliver, data, transport, to)

    @staticmethod
    def _deliver(data: bytes, transport: asyncio.DatagramTransport, to: Address) -> None:
        if not transport.is_closing():
            transport.sendto(data, to)

    def close(self) -> None:
        """Nothing goes through any more."""
        for transport in self._transports:
            transport.close()


@asynccontextmanager
async def link(**conditions: Any) -> AsyncIterator[Link]:
    """A relay with these ``Conditions``."""
    made = Link(Conditions(**conditions))
    try:
        yield made
    finally:
        made.close()
