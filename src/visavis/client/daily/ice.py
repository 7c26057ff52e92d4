"""ICE servers from daily-python's ``IceConfig``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visavis.ice import IceServer

ALLOWED = ("placement", "iceServers")


class BadIceConfig(ValueError):
    """A configuration that cannot be used; the message says why."""


def servers(config: Mapping[str, Any]) -> list[IceServer]:
    """The servers. There are no others to place them before or after.

    Raises:
        BadIceConfig: unknown keys, or no STUN or TURN server.
    """
    unknown = sorted(set(config) - set(ALLOWED))
    if unknown:
        raise BadIceConfig(f"unknown keys: {', '.join(unknown)}; allowed are {', '.join(ALLOWED)}")
    found: list[IceServer] = []
    for entry in config.get("iceServers") or []:
        listed = entry.get("urls") or []
        for url in [listed] if isinstance(listed, str) else listed:
            server = IceServer(str(url), entry.get("username") or "", entry.get("credential") or "")
            if not server.usable:
                raise BadIceConfig(f"{server.url!r} is no stun: or turn: URL")
            found.append(server)
    return found
