"""The log of inputs is the conversation: written as JSON, read back, replayed to the same events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter

from visavis.conversation import inputs
from visavis.conversation.core import Conversation
from visavis.conversation.effects import Broadcast, Effect
from visavis.conversation.inputs import Input, InteractionReceived, LayerTold
from visavis.protocol.events import Event

KINDS: dict[str, type[Input]] = {
    name: kind
    for name, kind in vars(inputs).items()
    if isinstance(kind, type) and issubclass(kind, Input) and kind is not Input
}
"""Every kind of input by its name, which is ``type`` in the log."""

_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in KINDS.items()}


def encode(message: Input) -> dict[str, Any]:
    """An input as a JSON object. It may hold users' words; audio stays outside."""
    kind = type(message).__name__
    data = {"type": kind, **_ADAPTERS[kind].dump_python(message, mode="json")}
    if isinstance(message, InteractionReceived):
        data["interaction"] = message.interaction.wire()
    elif isinstance(message, LayerTold):
        data["event"] = message.event.wire()
    return data


def decode(data: dict[str, Any]) -> Input:
    """The input that ``encode`` wrote.

    Raises:
        ValueError: when it is none (``pydantic.ValidationError`` is one).
    """
    fields = dict(data)
    adapter = _ADAPTERS.get(str(fields.pop("type", None)))
    if adapter is None:
        raise ValueError("no known type of input")
    decoded: Input = adapter.validate_python(fields)
    return decoded


def replay(lines: Iterable[str]) -> Iterator[Effect]:
    """The effects of a recorded conversation, one JSON object a line.

    Raises:
        ValueError: when a line is no input.
    """
    conversation = Conversation()
    for line in lines:
        if line.strip():
            yield from conversation.handle(decode(json.loads(line)))


def replayed_events(lines: Iterable[str]) -> list[Event]:
    """The events of a recorded conversation."""
    return [effect.event for effect in replay(lines) if isinstance(effect, Broadcast)]
