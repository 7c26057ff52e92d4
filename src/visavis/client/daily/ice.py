"""ICE servers from daily-python's ``IceConfig``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALLOWED = ("placement", "iceServers")


class BadIceConfig(ValueError):
    """A configuration that cannot be used; the message says why."""


def urls(config: Mapping[str, Any]) -> list[str]:
    """The servers' URLs. There are no others to place them before or after.

    Raises:
        BadIceConfig: unknown keys, or servers that ask for credentials.
    """
    unknown = sorted(set(config) - set(ALLOWED))
    if unknown:
        raise BadIceConfig(f"unknown keys: {', '.join(unknown)}; allowed are {', '.join(ALLOWED)}")
    found: list[str] = []
    for server in config.get("iceServers") or []:
        if server.get("username") or server.get("credential"):
            raise BadIceConfig("servers with a username and a credential are not supported")
        listed = server.get("urls") or []
        found += [listed] if isinstance(listed, str) else listed
    return found
