"""Which parameters of a tool a measured fact can fill, by their names, descriptions and types. Pure."""

from __future__ import annotations

from typing import Any

from visavis.layers.perception.asked import Fact, spelling
from visavis.layers.perception.signals import SIGNALS
from visavis.layers.perception.wording import COMMON, form, plain, stems, vocabulary

_WORDS = vocabulary("""
    description describe observation summary reason cue indicator evidence details detail behaviour behavior
    expression gesture reaction
""")
"""Words that ask for what was seen or heard, told as one tells it."""
_NAMES = vocabulary("signal event condition kind type state")
"""Words that ask what it is called."""
_BESIDE = vocabulary("""
    brief short concise natural language text what which sign best guess value flag true false happening
    movement raven model perception
""")
"""Words that may stand beside those, and ask for nothing themselves."""
_LASTING = vocabulary("duration seconds second sec secs length lasted")
_OTHER_UNITS = vocabulary("ms millisecond milliseconds minute minutes hour hours timestamp")
_SURE = vocabulary("confidence probability certainty likelihood score sure certain")
_FROM_0_TO_1 = vocabulary("0 1 between how you level range")
"""Words that may stand beside those of a confidence."""
_PARTS = vocabulary("10 100 percent percentage")
"""A confidence on another scale than from 0 to 1."""
_KNOWN = COMMON | _WORDS | _NAMES | _BESIDE
_ROOM_FOR_WORDS, _ROOM_FOR_A_NAME = 200, 40
"""Characters that a text must have room for."""


def filled(definition: dict[str, Any], signal: str, ends: bool) -> dict[str, Fact] | None:
    """What fills a tool's parameters; None where one that is required cannot be filled honestly.

    Args:
        definition: OpenAI's.
        signal: what calls it.
        ends: it is called when that is over.
    """
    schema = definition["function"].get("parameters")
    schema = schema if isinstance(schema, dict) else {}
    properties = schema.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    facts = {name: _fact(name, one, signal, ends) for name, one in properties.items()}
    arguments = {name: fact for name, fact in facts.items() if fact is not None}
    required = schema.get("required")
    needed = required if isinstance(required, list) else []
    return arguments if all(name in arguments for name in needed) else None


def _fact(name: str, schema: Any, signal: str, ends: bool) -> Fact | None:
    if not isinstance(schema, dict):
        return None
    text = plain(f"{name.replace('_', ' ').replace('-', ' ')} {schema.get('description') or ''}")
    if form(text) != "plain":
        return None
    asked = stems(text)
    about = frozenset().union(
        *(stems(text) for text in (*SIGNALS[signal].holds, *SIGNALS[signal].over, *SIGNALS[signal].opposite))
    )
    kind = schema.get("type")
    if kind == "boolean":
        return _yes(schema, asked, about, ends)
    if kind == "number":
        return _number(schema, asked, about)
    if kind == "string":
        return _text(schema, asked, about, signal, ends)
    return None


def _yes(schema: dict[str, Any], asked: frozenset[str], about: frozenset[str], ends: bool) -> Fact | None:
    """That it happened; when it is over, only where nothing else is asked."""
    fits = asked <= (_KNOWN if ends else _KNOWN | about)
    return (
        "yes" if fits and schema.get("enum", [True]) == [True] and schema.get("const", True) is True else None
    )


def _number(schema: dict[str, Any], asked: frozenset[str], about: frozenset[str]) -> Fact | None:
    if "enum" in schema or "const" in schema or asked & _OTHER_UNITS:
        return None
    if asked & _SURE and asked <= _KNOWN | _SURE | _FROM_0_TO_1 | about and not asked & _PARTS:
        return "confidence" if schema.get("minimum", 0) <= 0 and schema.get("maximum", 1) == 1 else None
    if asked & _LASTING and asked <= _KNOWN | _LASTING | about:
        return "seconds" if not {"maximum", "exclusiveMaximum", "multipleOf"} & set(schema) else None
    return None


def _text(
    schema: dict[str, Any], asked: frozenset[str], about: frozenset[str], signal: str, ends: bool
) -> Fact | None:
    if choices := schema.get("enum"):
        return "signal" if not ends and spelling(choices, signal) is not None else None
    if {"format", "pattern", "const"} & set(schema) or not asked <= _KNOWN | about:
        return None
    room = schema.get("maxLength", _ROOM_FOR_WORDS)
    if asked & _WORDS:
        return "words" if room >= _ROOM_FOR_WORDS else None
    return "signal" if asked & _NAMES and room >= _ROOM_FOR_A_NAME else None
