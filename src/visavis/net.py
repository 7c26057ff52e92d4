"""Which addresses are this machine's own, and how others are named in settings."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine; no proxy is ever asked for such a one."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*")


def host_name(host: str) -> str:
    """A host's name as names are compared: lower case, ASCII, without a final dot.

    Raises:
        ValueError: it is none.
    """
    name = host.strip().rstrip(".").lower()
    if not name.isascii():
        name = name.encode("idna").decode()
    if len(name) > 253 or not HOST_NAME.fullmatch(name):
        raise ValueError(f"{host!r} is neither a network, an address nor a host name")
    return name


def destination(entry: str) -> IPv4Network | IPv6Network | str:
    """A network (``10.0.0.0/8``), an address (a network of one) or a host name, as settings name them.

    Raises:
        ValueError: it is none of these.
    """
    try:
        return ip_network(entry.strip(), strict=False)
    except ValueError:
        return host_name(entry)
