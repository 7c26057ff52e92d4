from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from visavis.config import Settings
from visavis.errors import OutboundError, OutboundRefused
from visavis.outbound.backend import GuardedBackend
from visavis.outbound.guard import Guard, is_public

PRIVATE = [
    *("127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "100.100.100.200", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("192.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1"),
    *("::", "::1", "::7f00:1", "fe80::1", "fe80::1%1", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2002:6440:1::"),
    *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "3fff::1", "5f00::1", "100::1"),
    *("2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:10.0.0.1"),
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]

NAT64 = IPv6Network("64:ff9b::/96")


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(OutboundRefused):
        Guard().check("example.com", [ip_address("8.8.8.8"), ip_address(address)])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public(address: str) -> None:
    Guard().check("example.com", [ip_address(address)])


class Recorder(httpcore.AsyncNetworkBackend):
    """Stands where sockets would be opened."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        raise httpcore.ConnectError


def embedded(address: IPv4Address) -> st.SearchStrategy[IPv6Address]:
    low = int(address)
    return st.sampled_from(
        [
            IPv6Address(low),
            IPv6Address(0xFFFF << 32 | low),
            IPv6Address(0x64FF9B << 96 | low),
            IPv6Address(0x2002 << 112 | low << 80 | 1),
            IPv6Address(0x20010000 << 96 | (low ^ 0xFFFFFFFF)),
        ]
    )


SPECIAL = st.sampled_from(PRIVATE).map(ip_address)
ADDRESSES = st.one_of(SPECIAL, st.ip_addresses(), st.ip_addresses(v=4).flatmap(embedded))


def private_to_python(address: IPv4Address | IPv6Address) -> bool:
    """By ``ipaddress``' word alone, for the address and what it leads to."""
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return private_to_python(IPv4Address(int(address) & 0xFFFFFFFF))
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address.ipv4_mapped:
            return private_to_python(address.ipv4_mapped)
        if any(private_to_python(part) for part in inner if part):
            return True
    return not address.is_global or address.is_private or address.is_multicast or address.is_reserved


@given(st.lists(ADDRESSES, min_size=1, max_size=4))
def test_no_private_address_is_ever_connected_to(addresses: list[IPv4Address | IPv6Address]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return list(map(str, addresses))

    async def run() -> list[str]:
        backend, recorder = GuardedBackend(Guard(), resolve), Recorder()
        backend._network = recorder
        with pytest.raises((OutboundError, httpcore.ConnectError)):
            await backend.connect_tcp("example.com", 80, timeout=5)
        return recorder.connected

    connected = asyncio.run(run())
    assert not any(private_to_python(ip_address(address)) for address in connected)
    if any(map(private_to_python, addresses)):
        assert connected == []


def test_what_the_operator_names_is_allowed_and_nothing_beside_it() -> None:
    guard = Guard(["10.1.0.0/16", "192.168.7.7", "Hooks.Internal", "fd00::/8"])
    for host, address in [
        ("a.example", "10.1.2.3"),
        ("192.168.7.7", "192.168.7.7"),
        ("hooks.internal.", "172.16.0.9"),
        ("b.example", "fd00::9"),
        ("c.example", "::ffff:10.1.9.9"),
    ]:
        guard.check(host, [ip_address(address)], only_allowed=True)
    for host, address in [
        ("a.example", "10.2.0.1"),
        ("nothooks.internal", "172.16.0.9"),
        ("d.example", "::1"),
    ]:
        with pytest.raises(OutboundRefused, match="outbound_allow"):
            guard.check(host, [ip_address(address)])
    with pytest.raises(OutboundRefused, match="only https"):
        guard.check("a.example", [ip_address("8.8.8.8")], only_allowed=True)


@pytest.mark.parametrize(
    ("settings", "reached"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "localhost"}, True),
        ({"public_url": "http://localhost:7600"}, True),
        ({"public_url": "https://video.example.com"}, False),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.168.1.5"}, False),
        ({"outbound_allow": []}, False),
        ({"host": "0.0.0.0", "outbound_allow": ["127.0.0.1"]}, True),
    ],
)
def test_a_server_for_this_machine_alone_may_reach_this_machine(
    settings: dict[str, Any], reached: bool
) -> None:
    guard = Guard.from_settings(Settings(**settings))
    assert guard.allows("localhost", ip_address("127.0.0.1")) == reached
    assert not guard.allows("a.example", ip_address("10.0.0.1"))


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "http://hooks.internal", "a b", "", "*.internal"])
def test_a_setting_that_is_no_destination_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValidationError, match="neither a network"):
        Settings(outbound_allow=[entry])
