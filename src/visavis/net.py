"""What is a URL, which addresses are this machine's own, and how others are named in settings."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

LONGEST_URL = 8192


def http_url(text: str) -> httpx.URL:
    """A URL that could be requested, wherever it leads.

    Raises:
        ValueError: it is none; why, without repeating it.
    """
    if len(text) > LONGEST_URL:
        raise ValueError(f"the URL has more than {LONGEST_URL} characters")
    try:
        parsed = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise ValueError("this is no valid URL") from None
    if parsed.scheme not in ("http", "https"):
        raise ValueError("the URL must begin with http:// or https://")
    if not parsed.raw_host:
        raise ValueError("the URL has no host")
    if not _names_a_host(parsed.raw_host.decode("ascii")):
        raise ValueError("the URL's host is neither a name nor an address")
    if not 0 < port_of(parsed) < 65536:
        raise ValueError("the URL's port is none")
    if parsed.userinfo:
        raise ValueError("user and password do not belong into the URL")
    return parsed


def http_url_or_none(text: str) -> str:
    """The text, if it is such a URL or empty, for fields of bodies and settings.

    Raises:
        ValueError: it is neither.
    """
    if text:
        http_url(text)
    return text


def port_of(url: httpx.URL) -> int:
    """The port, said or not."""
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port


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


def _names_a_host(host: str) -> bool:
    if ":" in host:  # an IPv6 address, which httpx has read
        return True
    try:
        return bool(host_name(host))
    except ValueError:
        return False
