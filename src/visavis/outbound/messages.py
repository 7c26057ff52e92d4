"""Which URLs may be requested at all, wherever they lead, and which headers may be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from visavis import __version__
from visavis.errors import OutboundRefused
from visavis.net import http_url

OURS = frozenset(
    {
        *("accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te"),
        *("trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers that a caller may not set: they say how the message travels, and to whom."""
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,8192}")


def parse(url: str) -> httpx.URL:
    """A URL that could be requested, wherever it leads.

    Raises:
        OutboundRefused: it is none.
    """
    try:
        return http_url(url)
    except ValueError as error:
        raise OutboundRefused(str(error)) from None


def host_of(url: httpx.URL) -> str:
    """The host in ASCII, an IPv6 address without brackets."""
    return url.raw_host.decode("ascii")


def valid_header(name: str, value: str) -> bool:
    """Whether a caller may send it."""
    return bool(
        HEADER_NAME.fullmatch(name)
        and HEADER_VALUE.fullmatch(value)
        and name.lower() not in OURS
        and not name.lower().startswith("proxy-")
    )


def header_lines(url: httpx.URL, given: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """A request's headers: the caller's, and what is ours to say.

    Raises:
        OutboundRefused: one of the caller's cannot be sent.
    """
    for name, value in given.items():
        if not valid_header(name, value):
            raise OutboundRefused(f"the header {name[:64]!r} cannot be sent")
    ours = {"user-agent": f"visavis/{__version__}", "accept": "*/*"}
    theirs = {name.lower(): value.strip() for name, value in given.items()}
    return [
        (b"host", url.netloc),
        # Nothing is unpacked here, so that a small answer cannot become a large one.
        (b"accept-encoding", b"identity"),
        *((name.encode(), value.encode("latin-1")) for name, value in {**ours, **theirs}.items()),
    ]
