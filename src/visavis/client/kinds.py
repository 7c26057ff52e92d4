"""What a call tells a program: protocol events, arrivals and departures, its own state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, get_args

import structlog
from pydantic import ValidationError

from visavis.protocol.codec import ALIASES, parse_event
from visavis.protocol.events import Event, EventMessage
from visavis.protocol.interactions import Interaction
from visavis.rooms.base import ParticipantJoined, ParticipantLeft

log = structlog.get_logger(__name__)

State = Literal["connected", "reconnecting", "closed"]


class UnknownEvent(EventMessage):
    """An event that this version has no model for, or one that does not fit its model."""

    message_type: str | None = None  # type: ignore[assignment]
    event_type: str
    properties: dict[str, Any] | None = None


AnyEvent = Event | UnknownEvent

INTERACTIONS = {model.model_fields["event_type"].default for model in get_args(get_args(Interaction)[0])} | {
    *ALIASES
}
"""What participants send: whoever receives it was not meant."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """The call's own state changed.

    Attributes:
        reason: why, in words; empty for ``connected``.
    """

    state: State
    reason: str = ""


Happening = EventMessage | ParticipantJoined | ParticipantLeft | StateChange
"""Anything that ``call.on`` can be asked for."""
Kind = type[Happening] | str

_NAMES = {
    "state": StateChange,
    "participant_joined": ParticipantJoined,
    "participant_left": ParticipantLeft,
}


def is_interaction(data: object) -> TypeGuard[dict[str, Any]]:
    """Whether an app message is what another participant asks of the replica."""
    return isinstance(data, dict) and data.get("event_type") in INTERACTIONS


def read_event(data: object) -> AnyEvent | None:
    """The event that an app message is; None if it is none."""
    if not isinstance(data, dict) or not isinstance(data.get("event_type"), str):
        return None
    try:
        return parse_event(data)
    except ValidationError:
        pass  # a newer server's event is no error
    try:
        return UnknownEvent.model_validate(data)
    except ValidationError as error:
        log.warning("event ignored", fields=[problem["loc"] for problem in error.errors(include_input=False)])
        return None


def fits(happening: Happening, kind: Kind) -> bool:
    """Whether it is of this kind: a class, or a name as ``call.on`` takes it."""
    if not isinstance(kind, str):
        return isinstance(happening, kind)
    if kind in _NAMES:
        return isinstance(happening, _NAMES[kind])
    return getattr(happening, "event_type", None) in (kind, f"conversation.{kind}")
