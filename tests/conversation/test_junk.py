"""A conversation survives whatever arrives."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from pathlib import Path
from typing import Any

from tests.conversation.driving import Driven, names, wires
from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.conversation.core import Conversation
from visavis.conversation.log import KINDS
from visavis.protocol import Ignored, parse
from visavis.protocol.events import PerceptionAnalysis, PerceptionAnalysisProperties

EXAMPLES = [
    entry["example"]
    for entry in json.loads(
        (Path(__file__).parents[1] / "protocol" / "events.json").read_text(encoding="utf-8")
    )["events"]
    if entry.get("example")
]
VALUES: list[Any] = [
    None, True, -1, 0, 10**30, 1.5, float("nan"), float("inf"), "", " ", "x", "true", "audio", "\ud800",
    "<b", "9" * 500, "a. " * 500, "\x00\n\u202e", [], {}, [[]], {"a": {"b": []}},
]  # fmt: skip


def mutated(rng: random.Random) -> object:
    """A message that resembles one of the protocol, more or less."""
    message = json.loads(json.dumps(rng.choice(EXAMPLES)))
    for _ in range(rng.randrange(4)):
        target = message
        if rng.random() < 0.7 and isinstance(message.get("properties"), dict):
            target = message["properties"]
        key = rng.choice([*target, "text", "done", "context", "properties", "event_type"])
        if rng.random() < 0.3:
            target.pop(key, None)
        else:
            target[key] = copy.deepcopy(rng.choice(VALUES))
    shape = rng.random()
    if shape < 0.1:
        return rng.choice(VALUES)
    if shape < 0.3:
        text = json.dumps(message)
        return text[: rng.randrange(len(text) + 1)]
    return message


def answered(call: Driven, effects: list[Any]) -> None:
    """A session that does at once what it is told."""
    for effect in effects:
        match effect:
            case does.StartInference(generation):
                answered(call, call.writes(generation, "All right."))
            case does.Speak(generation, segment) | does.PlayAudio(generation, segment):
                call.feed(
                    happens.SpeechSynthesized(
                        at=call.now, generation=generation, segment=segment, samples=960
                    )
                )
                answered(call, call.plays(generation, 3600.0))
            case does.StopPlayout(generation):
                answered(call, call.falls_silent(generation, 1.0))


def test_a_conversation_survives_ten_thousand_random_messages() -> None:
    rng = random.Random(2026)
    call = Driven()
    understood = 0
    for _ in range(10_000):
        parsed = parse(mutated(rng))
        call.now += 0.01
        if isinstance(parsed, Ignored):
            assert parsed.reason
            continue
        understood += 1
        clip = happens.AudioClip(1, 480) if rng.random() < 0.2 else None
        who = rng.choice(["ann", "bob", None])
        effects = call.feed(
            happens.InteractionReceived(at=call.now, participant_id=who, interaction=parsed, clip=clip)
        )
        json.dumps(wires(effects), ensure_ascii=False).encode()
        if rng.random() < 0.5:
            answered(call, effects)
    assert understood > 500
    assert not call.core.ended
    call.ask("interrupt")
    answered(call, call.falls_silent(10**6))
    assert names(call.ends())[-1] == "shutdown"


def random_input(rng: random.Random, kind: type[happens.Input]) -> happens.Input:
    """An input with nonsense in every field but its type."""
    made: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        made[field.name] = _random_value(rng, field.name)
    return kind(**made)


def _random_value(rng: random.Random, name: str) -> Any:
    match name:
        case "at" | "epoch" | "silence":
            return rng.choice([rng.uniform(-10, 4000), float("nan"), 0.0])
        case "config":
            return happens.Config(
                conversation_id="c1",
                replica_id="r1",
                greeting=rng.choice(["", "Hi."]),
                chat=rng.random() < 0.2,
                wake_phrase=rng.choice(["", "", "hello"]),
                sleep_phrase="so",
                idle_engagement=rng.choice(["off", "eager"]),
                speculative_inference=rng.random() < 0.5,
                perception=rng.random() < 0.5,
            )
        case "event":
            return PerceptionAnalysis(properties=PerceptionAnalysisProperties(analysis="A smile."))
        case "audio_analysis" | "visual_analysis" | "analysis" | "appearance" | "emotions" | "screenshare":
            return rng.choice(["", "calm"])
        case "smiling":
            return rng.random() < 0.5
        case "event_id":
            return "e1"
        case "inference_id":
            return rng.choice([None, "i1"])
        case "interaction":
            while True:
                parsed = parse(rng.choice(EXAMPLES))
                if not isinstance(parsed, Ignored):
                    return parsed
        case "clip":
            return rng.choice([None, happens.AudioClip(1, 480)])
        case "participant_id":
            return rng.choice(["ann", "bob", ""])
        case "text":
            return rng.choice(["", "Hello. ", "and, so on ", "<b", "**", "\n"])
        case "name":
            return rng.choice(["heartbeat", "idle", "echo 1", "engagement", "x"])
        case "reason":
            return "x"
        case "calls":
            return (happens.ToolCallRequest(rng.choice(["", "t"]), rng.choice(["", "look"]), "{"),)
        case "words":
            numbers = [rng.randrange(-5, 50) for _ in range(4)]
            return (happens.WordMark(*numbers[:2]), happens.WordMark(*numbers[2:]))
        case _:
            return rng.choice([-1, 0, 1, 2, 3, rng.randrange(100), 10**12])


def test_no_order_of_inputs_and_no_numbers_in_them_raise() -> None:
    rng = random.Random(2027)
    kinds = [kind for name, kind in KINDS.items() if name != "EndRequested"]
    for _ in range(40):
        core = Conversation()
        seq = 0
        for _ in range(250):
            for wire in wires(core.handle(random_input(rng, rng.choice(kinds)))):
                seq += 1
                assert wire["seq"] == seq
