"""Ways to break the server, each as a careless programmer might."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pytest

from visavis.conversation import echoes, floor, history, replica, requests
from visavis.conversation.generation import Generation
from visavis.media.playout import Playout
from visavis.media.sounds import Mouth
from visavis.protocol import Ignored, events
from visavis.server import errors
from visavis.server.access import auth, tokens
from visavis.server.resources import personas
from visavis.server.routes import conversations, documents, pronunciation, replicas, verbose
from visavis.server.routes import personas as persona_routes
from visavis.server.store.conversations import Conversations
from visavis.session import ears, intake, outbox

Wire = dict[str, Any]
Apply = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutation:
    """A defect.

    Attributes:
        caught_by: cases that must fail because of it.
        driver: of those cases.
    """

    name: str
    caught_by: tuple[str, ...]
    apply: Apply
    driver: str = "chat"


MUTATIONS: list[Mutation] = []


def mutation(*caught_by: str, driver: str = "chat") -> Callable[[Apply], Apply]:
    def register(apply: Apply) -> Apply:
        MUTATIONS.append(Mutation(apply.__name__, caught_by, apply, driver))
        return apply

    return register


def on_the_wire(change: Callable[[Wire, Wire], list[Wire]]) -> Apply:
    """Change events on their way out. ``change`` gets an event and what it likes to remember of the call."""
    real = outbox.Outbox.put
    memories: WeakKeyDictionary[outbox.Outbox, Wire] = WeakKeyDictionary()

    def put(self: outbox.Outbox, event: Wire) -> None:
        for one in change(dict(event), memories.setdefault(self, {})):
            real(self, one)

    return lambda patch: patch.setattr(outbox.Outbox, "put", put)


def wire(*caught_by: str) -> Callable[[Callable[[Wire, Wire], list[Wire]]], Apply]:
    def register(change: Callable[[Wire, Wire], list[Wire]]) -> Apply:
        apply = on_the_wire(change)
        MUTATIONS.append(Mutation(change.__name__, caught_by, apply))
        return apply

    return register


def kind(event: Wire) -> str:
    return str(event["event_type"]).removeprefix("conversation.")


def of_replica(event: Wire) -> bool:
    return bool(event.get("properties", {}).get("role") == "replica")


@wire("INV-011", "ECHO-022")
def the_last_chunk_is_never_sent(event: Wire, _: Wire) -> list[Wire]:
    return [] if kind(event) == "utterance.streaming" and event["properties"]["final"] else [event]


@wire("TURN-001")
def the_replica_never_stops_speaking(event: Wire, _: Wire) -> list[Wire]:
    return [] if "stopped_speaking" in kind(event) else [event]


@wire("INV-002")
def a_seq_is_repeated(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance":
        event["seq"] = memory.get("seq", event["seq"])
    memory["seq"] = event["seq"]
    return [event]


@wire("INV-002")
def two_events_change_places(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance" and "held" not in memory:
        memory["held"] = event
        return []
    return [event, memory.pop("held")] if "held" in memory else [event]


@wire("INV-003")
def timestamps_are_milliseconds(event: Wire, _: Wire) -> list[Wire]:
    return [{**event, "timestamp": event["timestamp"] * 1000}]


@wire("INV-012")
def an_utterance_comes_twice(event: Wire, _: Wire) -> list[Wire]:
    again = {**event, "seq": event["seq"] + 0.5}
    return [event, again] if kind(event) == "utterance" else [event]


@wire("RESP-001")
def a_typed_question_does_not_come_back(event: Wire, _: Wire) -> list[Wire]:
    return [] if kind(event) == "utterance" and not of_replica(event) else [event]


@wire("RESP-003")
def the_replica_speaks_as_the_user(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance":
        event["properties"] = {**event["properties"], "role": "user"}
    return [event]


@wire("INV-013")
def an_utterance_has_no_inference_id(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance":
        del event["inference_id"]
    return [event]


@wire("RESP-004")
def question_and_answer_have_different_ids(event: Wire, _: Wire) -> list[Wire]:
    if of_replica(event):
        event["inference_id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, event["inference_id"]))
    return [event]


@wire("INV-010", "TURN-003")
def streaming_sends_only_what_is_new(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming":
        speech = event["properties"]["speech"]
        new = speech.removeprefix(memory.get("speech", ""))
        memory["speech"] = speech
        event["properties"] = {**event["properties"], "speech": new}
    return [event]


@wire("INV-009")
def chunks_count_from_one(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming":
        index = event["properties"]["content_index"]
        event["properties"] = {**event["properties"], "content_index": index + 1}
    return [event]


@wire("LIFE-003")
def the_heart_does_not_beat(event: Wire, _: Wire) -> list[Wire]:
    return [] if kind(event) == "system.replica_present" else [event]


@wire("LIFE-002")
def the_replica_joins_twice(event: Wire, _: Wire) -> list[Wire]:
    return [event, event] if kind(event) == "system.replica_joined" else [event]


@wire("LIFE-004", "CHAT-004")
def nobody_is_told_of_the_end(event: Wire, _: Wire) -> list[Wire]:
    return [] if kind(event) == "system.shutdown" else [event]


@wire("INV-008")
def there_is_life_after_the_end(event: Wire, _: Wire) -> list[Wire]:
    after = {**event, "seq": event["seq"] + 1, "event_type": "system.replica_present", "properties": {}}
    return [event, after] if kind(event) == "system.shutdown" else [event]


@wire("TOOL-001", "INV-016")
def arguments_are_an_object(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "tool_call":
        event["properties"] = {**event["properties"], "arguments": {"city": "Rome"}}
    return [event]


@wire("RESP-005")
def all_is_one_turn(event: Wire, _: Wire) -> list[Wire]:
    return [{**event, "turn_idx": 1}] if "turn_idx" in event else [event]


@wire("INV-001")
def events_of_another_conversation(event: Wire, _: Wire) -> list[Wire]:
    return [{**event, "conversation_id": "c-other"}]


@wire("INTR-017")
def talk_after_an_interrupt(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming" and event["properties"]["final"]:
        memory["last"] = event
    if kind(event) == "replica.stopped_speaking" and event["properties"]["interrupted"]:
        return [event, {**memory["last"], "seq": event["seq"]}]
    return [event]


@wire("INTR-001")
def a_cut_is_not_called_one(event: Wire, _: Wire) -> list[Wire]:
    if "stopped_speaking" in kind(event):
        event["properties"] = {**event["properties"], "interrupted": False}
    return [event]


@wire("INV-004", "INV-018")
def the_duration_is_text(event: Wire, _: Wire) -> list[Wire]:
    if "stopped_speaking" in kind(event):
        event["properties"] = {**event["properties"], "duration": "2 s"}
    return [event]


@wire("INV-004")
def words_are_a_number(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming":
        event["properties"] = {**event["properties"], "speech": 5}
    return [event]


@wire("INV-004")
def final_is_a_word(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance.streaming":
        event["properties"] = {**event["properties"], "final": "yes"}
    return [event]


@wire("INV-004")
def what_is_empty_is_null(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "utterance":
        event["properties"] = {**event["properties"], "user_audio_analysis": None}
    return [event]


@wire("INV-007")
def the_utterance_comes_after_its_stop(event: Wire, memory: Wire) -> list[Wire]:
    if kind(event) == "utterance" and of_replica(event):
        memory["held"] = event
        return []
    if kind(event) == "replica.stopped_speaking" and "held" in memory:
        return [event, {**memory.pop("held"), "seq": event["seq"] + 0.5}]
    return [event]


@wire("INV-013")
def inference_ids_are_objects(event: Wire, _: Wire) -> list[Wire]:
    return [{**event, "inference_id": {"id": event["inference_id"]}}] if "inference_id" in event else [event]


@wire("LIFE-004", "EXT-018")
def the_end_has_another_reason(event: Wire, _: Wire) -> list[Wire]:
    if kind(event) == "system.shutdown":
        event["properties"] = {"why": "no idea"}
    return [event]


@wire("DIAL-007")
def everybody_hears_the_pal(event: Wire, _: Wire) -> list[Wire]:
    if not of_replica(event):
        return [event]
    return [{**event, "properties": {**event["properties"], "role": "pal"}}, event]


@mutation("ECHO-001")
def an_echo_is_improved(patch: pytest.MonkeyPatch) -> None:
    real = Generation.say
    patch.setattr(Generation, "say", lambda self, text: real(self, text.upper()))


@mutation("ECHO-008", "ECHO-032")
def an_echo_keeps_its_clients_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(echoes, "echo_id", lambda name: name)


@mutation("ECHO-008")
def all_echoes_have_one_id(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(echoes, "echo_id", lambda name: str(uuid.UUID(int=1)))


@mutation("INTR-001", "INTR-002")
def an_interrupt_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Requests, "_stop", lambda self: False)


@mutation("INTR-010")
def an_interrupt_leaves_the_queue(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(floor.Floor, "interrupt", lambda self: self._cut() is not None)


@mutation("LIFE-012")
def the_greeting_is_interrupted(patch: pytest.MonkeyPatch) -> None:
    real = floor.Floor.generation
    patch.setattr(
        floor.Floor,
        "generation",
        lambda self, what, name: real(self, "reply" if what == "greeting" else what, name),
    )


@mutation("INTR-011")
def history_has_words_that_nobody_heard(patch: pytest.MonkeyPatch) -> None:
    real = replica.Replica._end

    def end(self: replica.Replica, generation: Generation, interrupted: bool) -> None:
        real(self, generation, interrupted)
        if generation.entry is not None:
            generation.entry.text = generation.text

    patch.setattr(replica.Replica, "_end", end)


@mutation("INTR-011")
def history_has_half_of_what_was_heard(patch: pytest.MonkeyPatch) -> None:
    real = replica.Replica._end

    def end(self: replica.Replica, generation: Generation, interrupted: bool) -> None:
        real(self, generation, interrupted)
        if generation.entry is not None:
            generation.entry.text = generation.entry.text[: len(generation.entry.text) // 2]

    patch.setattr(replica.Replica, "_end", end)


@mutation("INTR-011")
def history_has_nothing_of_a_reply_that_was_cut(patch: pytest.MonkeyPatch) -> None:
    real = replica.Replica._end

    def end(self: replica.Replica, generation: Generation, interrupted: bool) -> None:
        real(self, generation, interrupted)
        if generation.entry is not None and interrupted:
            generation.entry.text = "Well"

    patch.setattr(replica.Replica, "_end", end)


@mutation("INTR-011")
def the_llm_is_not_told_that_it_was_cut(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(history, "INTERRUPTED", "")


@mutation("CTX-005")
def an_overwrite_appends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        requests.Requests,
        "_overwrite",
        lambda self, asked: self._history.append_context(asked.properties.context) and None,
    )


@mutation("CTX-004")
def an_append_overwrites(patch: pytest.MonkeyPatch) -> None:
    def append(self: history.History, more: str) -> bool:
        self.context = more
        return True

    patch.setattr(history.History, "append_context", append)


@mutation("CTX-015")
def long_contexts_are_dropped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(history, "MOST_CONTEXT", 1000)


@mutation("CTX-015")
def long_contexts_are_cut(patch: pytest.MonkeyPatch) -> None:
    real = history.History.append_context
    patch.setattr(history.History, "append_context", lambda self, more: real(self, more[:1000]))


def sensing(refused: Callable[[str | None, str | None], bool]) -> Apply:
    """A server that cannot bear some: ``refused`` gets that for pauses, and that for interruptions."""
    real = requests.Requests._sensitivity

    def sense(self: requests.Requests, asked: Any) -> None:
        properties = asked.properties
        if refused(properties.participant_pause_sensitivity, properties.participant_interrupt_sensitivity):
            raise RuntimeError("this sensitivity was not thought of")
        real(self, asked)

    return lambda patch: patch.setattr(requests.Requests, "_sensitivity", sense)


@mutation("SENS-001")
def a_sensitivity_is_answered(patch: pytest.MonkeyPatch) -> None:
    real = requests.Requests._sensitivity

    def sense(self: requests.Requests, asked: Any) -> None:
        real(self, asked)
        self._out.broadcast(events.ReplicaInterrupted)

    patch.setattr(requests.Requests, "_sensitivity", sense)


@mutation("SENS-001")
def one_sensitivity_alone_ends_the_call(patch: pytest.MonkeyPatch) -> None:
    sensing(lambda pause, interrupt: pause is None or interrupt is None)(patch)


@mutation("SENS-002")
def two_sensitivities_end_the_call(patch: pytest.MonkeyPatch) -> None:
    sensing(lambda pause, interrupt: pause is not None and interrupt is not None)(patch)


@mutation("SENS-003")
def a_rare_sensitivity_ends_the_call(patch: pytest.MonkeyPatch) -> None:
    sensing(lambda pause, interrupt: interrupt == "verylow")(patch)


@mutation("SENS-004")
def an_unknown_sensitivity_ends_the_call(patch: pytest.MonkeyPatch) -> None:
    real = intake.parse

    def parse(message: object) -> Any:
        parsed = real(message)
        if isinstance(parsed, Ignored) and "sensitivity" in parsed.reason:
            raise RuntimeError(parsed.reason)
        return parsed

    patch.setattr(intake, "parse", parse)


@mutation("SENS-006", "SENS-007", "SENS-008", driver="webrtc")
def sensitivities_have_no_effect(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ears.Ears, "set_sensitivity", lambda self, pause, interrupt: None)


@mutation("SENS-006", "SENS-007", driver="webrtc")
def sensitivities_are_upside_down(patch: pytest.MonkeyPatch) -> None:
    real = ears.Ears.set_sensitivity
    other: dict[Any, Any] = {"high": "superlow", "superlow": "high"}
    patch.setattr(
        ears.Ears,
        "set_sensitivity",
        lambda self, pause, interrupt: real(self, other.get(pause, pause), other.get(interrupt, interrupt)),
    )


@mutation("TOOL-003")
def results_of_tools_are_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(requests.Requests, "_tool_result", lambda self, asked: None)


@mutation("REST-020")
def errors_have_one_key(patch: pytest.MonkeyPatch) -> None:
    def response(status: int, message: str, headers: Any = None) -> errors.JSONResponse:
        return errors.JSONResponse({"error": message}, status, headers)

    patch.setattr(errors, "error_response", response)


@mutation("REST-002")
def a_missing_key_is_let_in(patch: pytest.MonkeyPatch) -> None:
    real = auth.Keyring.find

    async def find(self: auth.Keyring, key: str) -> auth.Caller | None:
        return await real(self, key) if key else auth.Caller("nobody", frozenset({"*"}))

    patch.setattr(auth.Keyring, "find", find)


@mutation("REST-048")
def a_private_room_has_no_token(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tokens.MeetingTokens, "issue", lambda self, *about: None)


@mutation("REST-006")
def a_verbose_conversation_has_no_events(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(verbose, "is_sketch", lambda event: True)


@mutation("REST-010", "REST-012", "REST-036", "REST-056", "REST-057")
def lists_are_empty(patch: pytest.MonkeyPatch) -> None:
    for module in (conversations, replicas, documents, pronunciation):
        patch.setattr(module, "listing", lambda data, total, **more: {"data": [], "total_count": total})


@mutation("REST-040", "REST-055")
def a_patch_always_counts_as_a_change(patch: pytest.MonkeyPatch) -> None:
    real = persona_routes.change_resource

    async def change(*arguments: Any) -> Any:
        return (await real(*arguments))[0], False

    patch.setattr(persona_routes, "change_resource", change)


@mutation("REST-039", "REST-053", "REST-054")
def failing_operations_are_left_out(patch: pytest.MonkeyPatch) -> None:
    real = personas.patched

    def patched(document: Any, operations: list[Any]) -> Any:
        kept = [one for one in operations if one["op"] == "test" and one["value"] != "Be loud."]
        return real(
            document, kept or [one for one in operations if len(operations) > 1 and one["op"] != "test"]
        )

    patch.setattr(personas, "patched", patched)


@mutation("REST-012")
def the_status_filter_is_ignored(patch: pytest.MonkeyPatch) -> None:
    real = Conversations.page
    patch.setattr(Conversations, "page", lambda self, limit, page, status: real(self, limit, page, None))


@mutation("REST-030")
def secrets_are_told_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(persona_routes, "sealed", lambda document, vault: document)
    patch.setattr(personas, "masked", lambda document: document)


@mutation("REST-052")
def every_page_of_personas_is_the_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(persona_routes, "offset", lambda limit, page: 0)


@mutation("REST-052")
def every_page_of_conversations_is_the_first(patch: pytest.MonkeyPatch) -> None:
    real = Conversations.page
    patch.setattr(Conversations, "page", lambda self, limit, page, status: real(self, limit, 1, status))


@mutation("MEDIA-001", driver="webrtc")
def the_voice_is_silent(patch: pytest.MonkeyPatch) -> None:
    real = Playout.pull
    patch.setattr(Playout, "pull", lambda self, samples: real(self, samples) * 0)


@mutation("MEDIA-002", driver="webrtc")
def the_sound_goes_on_after_an_interrupt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Playout, "stop", lambda self, generation: self._left.get(generation, 0))


@mutation("MEDIA-003", driver="webrtc")
def the_voice_hums(patch: pytest.MonkeyPatch) -> None:
    real = Playout.pull
    hum = (3000 * np.sin(np.arange(48_000) / 20)).astype(np.int16)
    patch.setattr(Playout, "pull", lambda self, samples: real(self, samples) + hum[:samples])


def humming(until: Callable[[int], bool]) -> Apply:
    """A voice that hums as long as ``until`` says of the samples that have left."""
    real = Playout.pull
    hum = (3000 * np.sin(np.arange(48_000) / 20)).astype(np.int16)

    def pull(self: Playout, samples: int) -> Any:
        loud = until(self._pulled)
        return real(self, samples) + (hum[:samples] if loud else 0)

    return lambda patch: patch.setattr(Playout, "pull", pull)


@mutation("MEDIA-003", driver="webrtc")
def the_voice_clicks_now_and_then(patch: pytest.MonkeyPatch) -> None:
    humming(lambda passed: passed % 96_000 < 9_600)(patch)


@mutation("MEDIA-002", driver="webrtc")
def the_sound_comes_back_after_an_interrupt(patch: pytest.MonkeyPatch) -> None:
    cut_at: dict[int, int] = {}
    real = Playout.stop

    def stop(self: Playout, generation: int) -> int:
        cut_at[0] = self._pulled
        return real(self, generation)

    patch.setattr(Playout, "stop", stop)
    humming(lambda passed: passed - cut_at.get(0, passed) > 48_000)(patch)


@mutation("MEDIA-005", "MEDIA-006", driver="webrtc")
def the_mouth_is_frozen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Playout, "mouth", lambda self, lead=0.0: Mouth())
