"""Between JSON and messages: lenient in, strict out (DESIGN rule 4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from visavis.protocol.events import Event
from visavis.protocol.interactions import Interaction

INTERACTION: TypeAdapter[Interaction] = TypeAdapter(Interaction)
EVENT: TypeAdapter[Event] = TypeAdapter(Event)

ALIASES = {
    "conversation.overwrite_context": "conversation.overwrite_llm_context",
    "conversation.append_context": "conversation.append_llm_context",
}
"""Spellings found in official texts that differ from the wire (PROTOCOL 0)."""

MAY_BE_BLANK = {
    "modality",
    "done",
    "sample_rate",
    "status",
    "interrupt",
    "participant_pause_sensitivity",
    "participant_interrupt_sensitivity",
}
"""Choices, numbers and booleans: an empty text, which forms send for what nobody filled in, is no value."""
LONGEST_EVENT_ID = 200
"""Characters; a longer ``event_id`` is as good as none."""
DEEPEST = 50
"""Levels of nesting that a message may have."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that was not understood.

    Attributes:
        reason: why, in words that hold nothing the sender wrote but the names of fields.
        event_id: the client's name for the message, if it had one: a ``visavis.ack`` tells it the reason.
    """

    reason: str
    event_id: str | None = None


def parse(message: object) -> Interaction | Ignored:
    """Understand one message from a client, or say why not. Never raises.

    Args:
        message: a decoded JSON value, or JSON as text or UTF-8 bytes.
    """
    if isinstance(message, (str, bytes, bytearray)):
        try:
            message = json.loads(message)
        except (ValueError, RecursionError):
            return Ignored("not JSON")
    if not isinstance(message, dict):
        return Ignored("not a JSON object")
    event_id = _event_id(message.get("event_id"))
    event_type = message.get("event_type")
    if not isinstance(event_type, str):
        return Ignored("no event_type", event_id)
    try:
        data = cast(dict[str, Any], _plain(message, DEEPEST))
    except ValueError as error:
        return Ignored(str(error), event_id)
    data.pop("event_id", None)
    if event_id is not None:
        data["event_id"] = event_id
    data["event_type"] = ALIASES.get(event_type, event_type)
    data["message_type"] = "conversation"
    if not isinstance(data.get("conversation_id"), str):
        data.pop("conversation_id", None)
    properties = data.get("properties")
    if isinstance(properties, dict):
        data["properties"] = {
            key: value
            for key, value in properties.items()
            if value is not None and not (value == "" and key in MAY_BE_BLANK)
        }
    elif "properties" in data:
        del data["properties"]
    try:
        return INTERACTION.validate_python(data)
    except ValidationError as error:
        return Ignored(_reason(error), event_id)


def parse_event(message: dict[str, Any] | str | bytes) -> Event:
    """Read an event (client side).

    Raises:
        pydantic.ValidationError: when it is no known event, whatever it is instead.
    """
    if isinstance(message, (str, bytes)):
        return EVENT.validate_json(message)
    return EVENT.validate_python(message)


def _event_id(value: object) -> str | None:
    """The client's name for its message, if it is one; a number is taken for its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 1 << 64 else ""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_EVENT_ID:
        return None
    return cast(str, _plain(value, 1))


def _plain(value: object, levels: int) -> object:
    """A copy that can be encoded again: half surrogate pairs, which JSON allows, become U+FFFD.

    Raises:
        ValueError: it is no JSON value, or nested too deeply.
    """
    if isinstance(value, float) and not isfinite(value):
        raise ValueError("NaN and Infinity are no JSON")
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if levels == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {
            str(_plain(key, 1)): _plain(item, levels - 1)
            for key, item in value.items()
            if isinstance(key, str)
        }
    if isinstance(value, (list, tuple)):
        return [_plain(item, levels - 1) for item in value]
    raise ValueError("not a JSON value")


def _reason(error: ValidationError) -> str:
    """Field names and kinds of error only: values are the sender's words."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "union_tag_invalid":
        return "unknown event_type"
    place = ".".join(str(part) for part in first["loc"][1:])
    return f"{place or 'message'}: {first['type']}"
