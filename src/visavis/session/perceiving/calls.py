"""Which change calls which tool, and with what. Pure; one participant's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from visavis.layers.perception.account import Account
from visavis.layers.perception.asked import Fact, Tool, spelling
from visavis.layers.perception.base import Voice
from visavis.layers.perception.conditions import Change, Condition
from visavis.layers.perception.summary import audio_phrase, phrase

AGAIN_AFTER = 5.0
"""Seconds before the same tool is called again for the same participant."""

_ALSO = {"faster than usual": "fast", "slower than usual": "slow"}
"""Of a speaker who is known, pace is only told against what is usual for them."""

Call = tuple[Tool, dict[str, Any]]
"""A tool and its arguments."""


class ToolCalls:
    """Of one participant.

    Args:
        tools: of the persona; those without a signal are not called from here.
        untold: conditions that may not be told, by a tool's call either.
    """

    def __init__(self, tools: Sequence[Tool], untold: frozenset[Condition]) -> None:
        self._vision = [tool for tool in tools if tool.modality == "vision" and tool.signal is not None]
        self._audio = [tool for tool in tools if tool.modality == "audio" and tool.signal is not None]
        self._untold = untold
        self._called: dict[tuple[str, str], float] = {}

    def seen(self, change: Change, account: Account) -> Iterator[Call]:
        """What a change of a condition calls."""
        if change.condition in self._untold:
            return
        for tool in self._vision:
            if tool.signal == change.condition and tool.ends is not change.began:
                facts: dict[Fact, Any] = {
                    "signal": change.condition,
                    "words": phrase(change.condition),
                    "seconds": round(_seconds(change, account), 1),
                    "confidence": round(change.confidence, 2),
                    "yes": True,
                }
                yield from self._call(tool, facts, change.noticed)

    def heard(self, voice: Voice, tone: Sequence[str], at: float) -> Iterator[Call]:
        """What the tone of a turn calls."""
        for tool in self._audio:
            if tool.signal in signals(tone):
                facts: dict[Fact, Any] = {
                    "signal": tool.signal,
                    "words": audio_phrase(voice, tone).rstrip("."),
                    "seconds": round(voice.end - voice.start, 1),
                    "confidence": round(voice.confidence, 2),
                    "yes": True,
                }
                yield from self._call(tool, facts, at)

    def _call(self, tool: Tool, facts: dict[Fact, Any], at: float) -> Iterator[Call]:
        name = (tool.modality, tool.name)
        if at - self._called.get(name, float("-inf")) < AGAIN_AFTER:
            return
        self._called[name] = at
        yield tool, {one: _as_asked(tool, one, facts[fact]) for one, fact in tool.arguments.items()}


def signals(tone: Sequence[str]) -> frozenset[str]:
    """The names that a tone answers to: a voice that is faster than usual is fast, several pauses are one."""
    plain = ("a long pause" if words.endswith(" long pauses") else words for words in tone)
    return frozenset(name for words in plain for name in (words, _ALSO.get(words, words)))


def on_the_wire(tool: Tool, arguments: dict[str, Any]) -> str | dict[str, Any]:
    """Arguments as the event has them (PROTOCOL 1.3): an object for vision, JSON text for audio."""
    return arguments if tool.modality == "vision" else json.dumps(arguments)


def _as_asked(tool: Tool, parameter: str, value: Any) -> Any:
    """A fact in the tool's own spelling, where it names the values that it takes."""
    schema = tool.definition["function"].get("parameters", {}).get("properties", {}).get(parameter)
    choices = schema.get("enum") if isinstance(schema, dict) else None
    return (isinstance(value, str) and spelling(choices, value)) or value


def _seconds(change: Change, account: Account) -> float:
    """How long it has lasted when it is noticed, or how long it did when it is over."""
    if change.began:
        return change.noticed - change.at
    last = account.history(change.condition).stretches[-1]
    return (last.end if last.end is not None else change.at) - last.start
