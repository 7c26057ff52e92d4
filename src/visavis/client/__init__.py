"""What users import: ``Client`` (REST), ``Call`` (a room), ``Tools`` and ``Microphone`` (docs/python.md)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from visavis.client.api import Client

if TYPE_CHECKING:
    from visavis.client.call import Call
    from visavis.client.kinds import StateChange, UnknownEvent
    from visavis.client.microphone import Microphone
    from visavis.client.outcomes import Heard
    from visavis.client.tools import ToolContext, Tools
    from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft

_HOMES = {
    "Call": "visavis.client.call",
    "Heard": "visavis.client.outcomes",
    "Microphone": "visavis.client.microphone",
    "Participant": "visavis.rooms.base",
    "ParticipantJoined": "visavis.rooms.base",
    "ParticipantLeft": "visavis.rooms.base",
    "StateChange": "visavis.client.kinds",
    "ToolContext": "visavis.client.tools",
    "Tools": "visavis.client.tools",
    "UnknownEvent": "visavis.client.kinds",
}

__all__ = [
    "Call",
    "Client",
    "Heard",
    "Microphone",
    "Participant",
    "ParticipantJoined",
    "ParticipantLeft",
    "StateChange",
    "ToolContext",
    "Tools",
    "UnknownEvent",
]


def __getattr__(name: str) -> Any:
    """Load what a call needs (codecs, WebRTC) only for programs that join one."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
