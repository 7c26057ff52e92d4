from __future__ import annotations

from typing import Any

import pytest

from visavis.layers.perception.filling import filled


def fact(name: str, schema: Any, signal: str = "smiling", ends: bool = False) -> str | None:
    definition = {"function": {"name": "t", "parameters": {"properties": {name: schema}}}}
    found = filled(definition, signal, ends)
    assert found is not None
    return found.get(name)


@pytest.mark.parametrize(
    ("name", "schema", "expected"),
    [
        ("visual_cue", {"type": "string", "description": "A brief description of the expression"}, "words"),
        ("reason", {"type": "string"}, "words"),
        ("reason", {"type": "string", "maxLength": 20}, None),
        ("reason", {"type": "string", "description": "Why the user seems stuck"}, None),
        ("outfit_color", {"type": "string", "description": "Best guess on what color of outfit it is"}, None),
        ("signal", {"type": "string"}, "signal"),
        ("expression", {"type": "string", "enum": ["smiling", "frowning"]}, "signal"),
        ("expression", {"type": "string", "enum": ["happy", "sad"]}, None),
        ("event", {"type": "string", "enum": [3, "SMILING"]}, "signal"),
        ("seen_at", {"type": "string", "format": "date-time"}, None),
        ("duration_seconds", {"type": "number"}, "seconds"),
        ("duration_ms", {"type": "number"}, None),
        ("duration_seconds", {"type": "integer"}, None),
        ("confidence", {"type": "number"}, "confidence"),
        ("confidence", {"type": "number", "minimum": 0, "maximum": 1}, "confidence"),
        ("confidence", {"type": "number", "description": "How confident, between 0.0 and 1.0"}, "confidence"),
        ("confidence", {"type": "number", "description": "From 1 to 5"}, None),
        ("confidence", {"type": "number", "maximum": 100}, None),
        ("confidence", {"type": "number", "description": "From 1 to 100"}, None),
        ("confidence", {"type": "string", "enum": ["low", "high"]}, None),
        ("is_smiling", {"type": "boolean"}, "yes"),
        ("detected", {"type": "boolean", "description": "Whether it was detected"}, "yes"),
        ("is_genuine", {"type": "boolean"}, None),
        ("not_smiling", {"type": "boolean"}, None),
        ("participant_name", {"type": "string"}, None),
        ("language", {"type": "string"}, None),
        ("message", {"type": "string"}, None),
        ("user_words", {"type": "string"}, None),
        ("tags", {"type": "array", "items": {"type": "string"}}, None),
        ("x", True, None),
    ],
)
def test_a_parameter_is_filled_with_what_was_measured_or_not_at_all(
    name: str, schema: Any, expected: str | None
) -> None:
    assert fact(name, schema) == expected


def test_what_is_over_is_not_said_to_be_so() -> None:
    assert fact("is_smiling", {"type": "boolean"}, ends=True) is None
    assert fact("expression", {"type": "string", "enum": ["smiling"]}, ends=True) is None
    assert fact("detected", {"type": "boolean"}, ends=True) == "yes"


@pytest.mark.parametrize("parameters", [None, {}, {"properties": []}, {"properties": {}, "required": "x"}, 3])
def test_a_tool_without_sound_parameters_has_none(parameters: Any) -> None:
    assert filled({"function": {"name": "t", "parameters": parameters}}, "smiling", False) == {}


def test_what_is_required_and_not_described_cannot_be_filled() -> None:
    definition = {"function": {"name": "t", "parameters": {"required": ["mood"]}}}
    assert filled(definition, "smiling", False) is None
