"""What a server may do that follows the public documents and is not ours: the cases must let it pass."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.mutations import Apply, Wire, kind, of_replica, on_the_wire
from visavis.conversation import echoes
from visavis.layers.llm.openai import OpenAICompatible
from visavis.server.resources import personas
from visavis.server.routes import objectives


@dataclass(frozen=True)
class Liberty:
    """A departure.

    Attributes:
        passes: cases, and rules for all conversations, that must pass all the same.
    """

    name: str
    passes: tuple[str, ...]
    apply: Apply


LIBERTIES: list[Liberty] = []


def liberty(*passes: str) -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        LIBERTIES.append(Liberty(apply.__name__, passes, apply))
        return apply

    return register


def wire(*passes: str) -> Callable[[Callable[[Wire, Wire], list[Wire]]], None]:
    def register(change: Callable[[Wire, Wire], list[Wire]]) -> None:
        LIBERTIES.append(Liberty(change.__name__, passes, on_the_wire(change)))

    return register


@wire("ECHO-023", "ECHO-024", "ECHO-025", "ECHO-028", "INTR-004", "TURN-004", "INV-004", "INV-018")
def durations_are_not_known(event: Wire, _: Wire) -> list[Wire]:
    if "stopped_speaking" in kind(event):
        event["properties"] = {**event["properties"], "duration": None}
    return [event]


@wire("LIFE-004", "LIFE-006")
def the_shutdown_has_the_name_of_the_webhook(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "system.shutdown":
        event["properties"] = {"shutdown_reason": event["properties"]["shutdown_reason"].split()[0]}
    return [event]


@wire("LIFE-004")
def the_shutdown_has_the_short_name(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "system.shutdown":
        event["properties"] = {"reason": event["properties"]["reason"]}
    return [event]


@wire("INV-001", "INV-002", "INV-003", "INV-004")
def system_events_are_bare(event: Wire, _: Wire) -> list[Wire]:
    return [{"event_type": event["event_type"]}] if kind(event).startswith("system") else [event]


@wire("INV-001", "INV-004")
def neutral_speaking_events_name_no_conversation(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) in ("started_speaking", "stopped_speaking"):
        del event["conversation_id"]
    return [event]


@wire("INTR-001", "INTR-003", "INTR-006", "INV-007", "INV-009", "INV-010", "INV-011")
def streaming_drains_after_a_stop(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming" and event["properties"].get("is_interrupted"):
        memory["last"] = event
        return []
    if kind(event) == "replica.stopped_speaking" and "last" in memory:
        last = memory.pop("last")
        more = {**last["properties"], "final": False, "is_interrupted": False}
        index = last["properties"]["content_index"]
        drained = [
            {**last, "seq": event["seq"], "properties": more},
            {**last, "seq": event["seq"], "properties": {**last["properties"], "content_index": index + 1}},
        ]
        return renumbered([event, *drained], memory)
    return renumbered([event], memory)


def renumbered(events: list[Wire], memory: Wire) -> list[Wire]:
    """With a seq of their own."""
    for event in events:
        event["seq"] = memory["seq"] = memory.get("seq", 0) + 1
    return events


@wire("INTR-003", "TURN-001", "ECHO-022", "INV-002", "INV-011")
def the_last_chunk_comes_after_the_stop(event: Wire, memory: Wire) -> list[Wire]:
    memory["spoken"] = memory.get("spoken") or kind(event) == "replica.started_speaking"
    if kind(event) == "utterance.streaming" and event["properties"]["final"] and memory["spoken"]:
        memory["last"] = event
        return []
    if kind(event) == "replica.stopped_speaking" and "last" in memory:
        return renumbered([event, memory.pop("last")], memory)
    return renumbered([event], memory)


@wire("INV-002", "INV-003", "INV-004", "INV-005", "INV-009", "INV-012", "RESP-003", "INTR-001")
def the_pal_shares_its_seq_with_the_replica(event: Wire, _: Wire) -> list[Wire]:
    if not of_replica(event):
        return [event]
    return [{**event, "properties": {**event["properties"], "role": "pal"}}, event]


@wire("TOOL-001", "TOOL-002", "TOOL-008", "TOOL-011", "INV-016")
def tool_calls_have_no_ids(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "tool_call":
        event["properties"] = {
            key: value for key, value in event["properties"].items() if key != "tool_call_id"
        }
    return [event]


@wire("INV-014", "ECHO-001", "RESP-005")
def echoes_belong_to_no_turn(event: Wire, _: Wire) -> list[Wire]:
    if event.get("turn_idx") == 0:
        del event["turn_idx"]
    return [event]


@liberty("ECHO-008", "ECHO-010", "ECHO-022", "INTR-016", "INV-013")
def echo_ids_are_uuids_of_version_3(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(echoes, "echo_id", lambda name: str(uuid.uuid3(uuid.NAMESPACE_OID, name)))


@liberty("REST-030", "REST-025")
def secrets_are_left_out(patch: pytest.MonkeyPatch) -> None:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(inner) for key, inner in value.items() if key != "api_key"}
        return value

    patch.setattr(personas, "masked", without)


@liberty("REST-043")
def objectives_are_read_as_an_object(patch: pytest.MonkeyPatch) -> None:
    real = objectives.with_steps

    def unwrapped(row: Any) -> dict[str, Any]:
        read = real(row)
        return {**read, "data": read["data"][0]}

    patch.setattr(objectives, "with_steps", unwrapped)


@liberty("RESP-003", "RESP-012", "RESP-018", "CTX-003", "CTX-005", "CTX-015", "TOOL-001")
def perception_comes_before_words_and_words_in_parts(patch: pytest.MonkeyPatch) -> None:
    real = OpenAICompatible.stream

    async def stream(self: OpenAICompatible, messages: Any, tools: Any) -> AsyncGenerator[Any]:
        async for delta in real(self, [seen(message) for message in messages] + [APPEARANCE], tools):
            yield delta

    patch.setattr(OpenAICompatible, "stream", stream)


APPEARANCE = {"role": "system", "content": "<user_appearance>A hat.</user_appearance>"}


def seen(message: Wire) -> Wire:
    """A message with what Raven has to say, as parts."""
    content = message.get("content") or ""
    tone = "<user_audio_analysis>calm</user_audio_analysis> " if message["role"] == "user" else ""
    half = len(content) // 2
    parts = [{"type": "text", "text": part} for part in (tone + content[:half], content[half:])]
    return {**message, "content": parts}
