"""The scripted layers tell the core the same things as the real session does: one exchange, held by both."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from tests.session import scripted
from tests.session.test_live import Stage, settle
from tests.session.test_live import conversation as live_conversation
from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.rooms.memory import Guest
from visavis.testing import Answer, Invocation, ScriptedConversation, ScriptedTTS, fails
from visavis.testing.virtual.persona import conversation_spec

Told = list[tuple[str, Any]]
"""Types and properties, without times and ids."""

PERSONA: dict[str, Any] = {
    "system_prompt": "Be brief.",
    "layers": {
        "llm": {
            "tools": [
                {
                    "type": "function",
                    "function": {"name": "look_up", "parameters": {"type": "object"}},
                    "on_call": "static_filler",
                    "static_filler": "Let me see.",
                }
            ]
        }
    },
}
BODY: dict[str, Any] = {"custom_greeting": "Good day to you.", "participant_left_timeout": 60}
COUNT = "One two three four five six seven eight nine ten."
STARTED = "conversation.replica.started_speaking"
STOPPED = "conversation.replica.stopped_speaking"
FAILED = "visavis.layer_failed"
WORD, FRAME = 0.1, 0.02
"""Seconds."""


@dataclass(frozen=True)
class Step:
    """Something that a client sends, what it then waits for, and how many words it listens to after that."""

    message: Mapping[str, Any]
    until: str
    words: int


def asks(event_type: str, until: str = STOPPED, words: int = 0, **properties: Any) -> Step:
    return Step({"event_type": f"conversation.{event_type}", "properties": properties}, until, words)


EXCHANGE = (
    asks("respond", text="How are you?"),
    asks("respond", text="Look it up."),
    asks("tool_result", tool_call_id="c1", output={"found": True}),
    asks("echo", text="Hello out there.", inference_id="mine"),
    asks("respond", text="Count.", until=STARTED, words=3),
    asks("interrupt"),
    asks("respond", text="Fail.", until=FAILED),
    asks("echo", text="unspeakable", until=FAILED),
    asks("dance", until=""),
    asks("echo", text="Good bye."),
)
ANSWERS = (
    Answer("I am well. Thank you."),
    Answer(calls=(Invocation("look_up", '{"for": "it"}', "c1"),)),
    Answer("I found it."),
    Answer(COUNT),
    fails("the endpoint broke off"),
)


def without_times(told: Sequence[Mapping[str, Any]]) -> Told:
    """What must agree: heartbeats and sentences that still grow come by the clock."""
    return [
        (event["event_type"], comparable(event))
        for event in told
        if event["event_type"] not in ("system.replica_present", "visavis.playback")
        and event.get("properties", {}).get("final", True)
    ]


def comparable(event: Mapping[str, Any]) -> Any:
    """The properties, without durations of what no sample measures, and engines' own words."""
    kind, properties = event["event_type"], dict(event.get("properties", {}))
    if kind == "visavis.latency":
        return sorted(properties)
    properties.pop("content_index", None)
    if properties.get("role") == "user":
        properties.pop("duration", None)
    if properties.get("layer") == "tts":
        properties.pop("reason")
    return properties


def inputs(lines: Sequence[str]) -> dict[str, Any]:
    """What the core was told, of each kind in order; the clocks' own news aside."""
    told = defaultdict(list)
    for line in lines:
        happened = json.loads(line)
        kind = happened.pop("type")
        for name in ("at", "epoch", "participant_id"):
            happened.pop(name, None)
        if kind == "SpeechFailed":
            del happened["reason"]
        told[kind].append(happened)
    for kind in ("TimerFired", "PlayoutProgressed"):
        del told[kind]
    return told


def virtually() -> tuple[Told, dict[str, Any]]:
    talk = ScriptedConversation(
        PERSONA, llm=map(at_once, ANSWERS), tts=ScriptedTTS(1 / WORD, after=0, fails_on="unspeakable"), **BODY
    )
    talk.wait_for(STOPPED)
    for step in EXCHANGE:
        seen = len(talk.events)
        talk.send(step.message)
        talk.run_until(lambda seen=seen, step=step: came(step, wires(talk)[seen:]))
        if step.words:
            talk.run(step.words * WORD - FRAME)
    talk.end()
    return without_times(wires(talk)), inputs([*talk._stage.timeline.log_lines()])


async def really() -> tuple[Told, dict[str, Any]]:
    spec = conversation_spec(PERSONA, BODY, (), (), seed=1)
    async with live_conversation(scripted.ScriptedLLM(*map(deltas, ANSWERS)), spec=spec) as stage:
        guest = stage.room.join()
        await until(stage, asks("greeting"), 0)
        for step in EXCHANGE:
            seen = len(stage.told)
            guest.send(step.message)
            await until(stage, step, seen)
            if step.words:
                await stage.play(step.words * WORD - FRAME)
    return without_times([event for _, event in stage.told]), inputs(stage.log)


def at_once(answer: Answer) -> Answer:
    return replace(answer, after=0.0, words_a_second=math.inf)


def wires(talk: ScriptedConversation) -> list[dict[str, Any]]:
    return [event.wire() for event in talk.events]


def came(step: Step, told: Sequence[Mapping[str, Any]]) -> bool:
    return not step.until or any(event["event_type"] == step.until for event in told)


def deltas(answer: Answer) -> list[TextDelta | ToolCallDelta | Exception]:
    words = answer.text.split(" ") if answer.text else []
    said: list[TextDelta | ToolCallDelta | Exception] = [TextDelta(f"{word} ") for word in words[:-1]]
    said += [TextDelta(word) for word in words[-1:]]
    said += [ToolCallDelta(call.id, call.name, call.arguments) for call in answer.calls]
    return said + ([InferenceFailed(answer.fails)] if answer.fails else [])


async def until(stage: Stage, step: Step, seen: int) -> None:
    """Play frame by frame until such an event has been told since."""
    for _ in range(750):
        await settle()
        if came(step, [event for _, event in stage.told[seen:]]):
            return
        await stage.play(FRAME)
    raise AssertionError(f"no {step}")


async def test_events_and_inputs_are_those_of_the_real_session() -> None:
    told, core_was_told = virtually()
    really_told, really_was_told = await really()
    assert told == really_told
    assert dict(core_was_told) == dict(really_was_told)


async def test_the_exchange_holds_what_it_is_to_compare() -> None:
    told, core_was_told = virtually()
    kinds = {kind for kind, _ in told}
    assert {"conversation.tool_call", "conversation.replica_interrupted", "visavis.layer_failed"} <= kinds
    assert len(core_was_told["InferenceFailed"]) == len(core_was_told["SpeechFailed"]) == 1
    assert core_was_told["PlayoutStopped"] == [{"generation": 6, "samples": 14_400}]


async def speak(guest: Guest, stage: Stage, seconds: float) -> None:
    voice = (9000 * np.sin(np.arange(round(seconds * 16_000)) * 0.2)).astype(np.int16)
    sound = np.concatenate([voice, np.zeros(16_000, np.int16)])
    for start in range(0, len(sound), 320):
        guest.speak(sound[start : start + 320])
        await stage.play(FRAME)


def without_the_cut(told: Told) -> Told:
    """Where the replica was cut is a matter of milliseconds."""
    cut = ("speech", "duration")
    return [
        (kind, {name: value for name, value in properties.items() if name not in cut})
        if kind != "visavis.latency" and (properties.get("is_interrupted") or properties.get("interrupted"))
        else (kind, properties)
        for kind, properties in told
    ]


@pytest.mark.parametrize("heard", ["Please stop it.", ""], ids=["speech", "noise"])
async def test_a_sound_over_the_replica_is_told_as_the_real_session_tells_it(heard: str) -> None:
    answer, body = Answer("All right."), {"dialect": "2026-06"}
    long = " ".join([COUNT] * 5)
    talk = ScriptedConversation(llm=at_once(answer), tts=ScriptedTTS(1 / WORD, after=0), **body)
    talk.echo(long)
    talk.wait_for(STARTED)
    if heard:
        talk.says(heard)
    else:
        talk.noise(1.0)
    talk.run_until_idle()
    virtual = without_times(wires(talk))

    llm = scripted.ScriptedLLM(*[deltas(answer)] * 3)
    async with live_conversation(llm, spec=conversation_spec(None, body, (), (), 1), heard=heard) as stage:
        guest = stage.room.join()
        guest.send({"event_type": "conversation.echo", "properties": {"text": long}})
        await until(stage, asks("echo", until=STARTED), 0)
        await speak(guest, stage, seconds=1.0)
        await stage.play(0.5)
        real = without_times([event for _, event in stage.told])

    assert without_the_cut(virtual) == without_the_cut(real)
    assert ("conversation.user.stopped_speaking", {}) in real
