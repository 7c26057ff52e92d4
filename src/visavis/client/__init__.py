"""What users import: ``Client`` (REST) and ``Call`` (a room)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visavis.client.api import Client

if TYPE_CHECKING:
    from visavis.client.call import Call

__all__ = ["Call", "Client"]


def __getattr__(name: str) -> Any:
    """Load what a call needs (codecs, WebRTC) only for programs that join one."""
    if name == "Call":
        from visavis.client.call import Call

        return Call
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
