"""What users import: ``Client``, ``Call``, ``Tools``, ``Microphone``, ``parse_webhook`` (docs/python.md)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from visavis.client.api import Client

if TYPE_CHECKING:
    from visavis.client.call import Call
    from visavis.client.kinds import StateChange, UnknownEvent
    from visavis.client.microphone import Microphone
    from visavis.client.options import JoinOptions
    from visavis.client.outcomes import Heard
    from visavis.client.tools import ToolContext, Tools
    from visavis.client.webhooks import UnknownWebhook, parse_webhook, verify_webhook
    from visavis.rooms.base import Participant, ParticipantJoined, ParticipantLeft

_HOMES = {
    "Call": "visavis.client.call",
    "Heard": "visavis.client.outcomes",
    "JoinOptions": "visavis.client.options",
    "Microphone": "visavis.client.microphone",
    "Participant": "visavis.rooms.base",
    "ParticipantJoined": "visavis.rooms.base",
    "ParticipantLeft": "visavis.rooms.base",
    "StateChange": "visavis.client.kinds",
    "ToolContext": "visavis.client.tools",
    "Tools": "visavis.client.tools",
    "UnknownEvent": "visavis.client.kinds",
    "UnknownWebhook": "visavis.client.webhooks",
    "parse_webhook": "visavis.client.webhooks",
    "verify_webhook": "visavis.client.webhooks",
}

__all__ = [
    "Call",
    "Client",
    "Heard",
    "JoinOptions",
    "Microphone",
    "Participant",
    "ParticipantJoined",
    "ParticipantLeft",
    "StateChange",
    "ToolContext",
    "Tools",
    "UnknownEvent",
    "UnknownWebhook",
    "parse_webhook",
    "verify_webhook",
]


def __getattr__(name: str) -> Any:
    """Load what a call needs (codecs, WebRTC) only for programs that join one."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
