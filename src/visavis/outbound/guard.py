"""Which addresses may be connected to: public ones, and those the operator allows (RFC 6890, RFC 8190)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from visavis.config import Settings
from visavis.errors import OutboundRefused
from visavis.net import destination, host_name

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK = ("127.0.0.0/8", "::1/128")

GLOBAL_UNICAST = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
NOT_PUBLIC = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # once 6to4's relays
        "100.64.0.0/10",  # carrier-grade NAT, where clouds keep metadata services, too
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",  # documentation, since 2024
    )
)
"""Of these Python's releases think differently, or not at all."""

REFUSED = "the address is not public; outbound_allow in the server's settings can allow it"


def canonical(address: str | Address) -> Address:
    """The address that is meant; ``::ffff:a.b.c.d`` is an IPv4 address by another name."""
    parsed = ip_address(address) if isinstance(address, str) else address
    return (isinstance(parsed, IPv6Address) and parsed.ipv4_mapped) or parsed


def is_public(address: Address) -> bool:
    """Whether it is a public unicast address, as are the IPv4 addresses it leads to."""
    address = canonical(address)
    if isinstance(address, IPv6Address):
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in GLOBAL_UNICAST or (address.sixtofour and not is_public(address.sixtofour)):
            return False
        if _isatap(address):
            return False
    if any(address in network for network in NOT_PUBLIC):
        return False
    return address.is_global and not (
        address.is_private
        or address.is_multicast
        or address.is_reserved
        or address.is_link_local
        or address.is_loopback
        or address.is_unspecified
    )


def _isatap(address: IPv6Address) -> bool:
    """A tunnel inside a site (RFC 5214): the interface's id is ``[02]00:5efe`` and an IPv4 address."""
    return (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE


class Guard:
    """The operator's word on destinations.

    Args:
        allow: networks, addresses and host names that may be reached though they are not public.
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        self._networks: list[Network] = []
        self._names: set[str] = set()
        for entry in map(destination, allow):
            if isinstance(entry, str):
                self._names.add(entry)
            else:
                self._networks.append(entry)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """``outbound_allow``; where it is absent, this machine, if the server is for it alone."""
        if settings.outbound_allow is not None:
            return cls(settings.outbound_allow)
        return cls(LOOPBACK if settings.for_this_machine_alone else ())

    def allows(self, host: str, address: Address) -> bool:
        """Whether the operator has named the host, or a network that the address is in."""
        return self._names_host(host) or any(address in network for network in self._networks)

    def check(self, host: str, addresses: Iterable[Address], *, only_allowed: bool = False) -> None:
        """Refuse a host unless all its addresses may be reached.

        Args:
            host: as the URL names it.
            addresses: what it resolves to.
            only_allowed: public addresses are not enough; the operator must have named it.

        Raises:
            OutboundRefused: one of them may not. Which, it does not say: that would be a way to look up
                names in the operator's network.
        """
        for address in map(canonical, addresses):
            if not self.allows(host, address) and (only_allowed or not is_public(address)):
                raise OutboundRefused(
                    "only https is allowed here" if is_public(address) else REFUSED,
                )

    def _names_host(self, host: str) -> bool:
        try:
            return host_name(host) in self._names
        except ValueError:
            return False
