"""Messages that are nearly right; ``make fuzz`` looks for more, guided by coverage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.protocol import Ignored, parse
from visavis.protocol.specification import HERE

EXAMPLES: dict[str, list[dict[str, Any]]] = json.loads((HERE / "examples.json").read_text(encoding="utf-8"))
TEXTS = [json.dumps(message) for messages in EXAMPLES.values() for message in messages]
VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just([]) | st.just({})
)


def check(message: object) -> None:
    """It is understood, and what is written of it is understood again; or it is ignored with a reason."""
    parsed = parse(message)
    if isinstance(parsed, Ignored):
        assert parsed.reason
        return
    again = parse(json.dumps(parsed.wire(), ensure_ascii=False).encode())
    assert not isinstance(again, Ignored), again.reason


@settings(derandomize=True, max_examples=400)
@given(st.sampled_from(TEXTS), st.data())
def test_a_message_with_a_damaged_spot_gets_an_answer(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    check(text[:start] + data.draw(st.text(max_size=6)) + text[end:])


@settings(derandomize=True, max_examples=400)
@given(st.sampled_from(TEXTS), st.binary(max_size=6), st.data())
def test_a_message_with_damaged_bytes_gets_an_answer(text: str, damage: bytes, data: st.DataObject) -> None:
    whole = text.encode()
    at = data.draw(st.integers(0, len(whole)))
    check(whole[:at] + damage + whole[at + len(damage) :])


@settings(derandomize=True, max_examples=400)
@given(st.sampled_from(TEXTS), VALUES, st.data())
def test_a_message_with_another_value_gets_an_answer(text: str, value: object, data: st.DataObject) -> None:
    message = json.loads(text)
    place = message["properties"] if message.get("properties") and data.draw(st.booleans()) else message
    place[data.draw(st.sampled_from(sorted(place)))] = value
    check(message)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"event_type":' * 5_000,
        '{"event_type": "conversation.respond", "properties": {"text": ' + "[" * 60 + "]" * 60 + "}}",
        '{"event_type": "conversation.echo", "properties": {"text": "x", "sample_rate": '
        + "9" * 5_000
        + "}}",
        '{"event_type": "conversation.echo", "properties": {"text": "x", "sample_rate": NaN}}',
        '{"event_type": "conversation.echo", "properties": {"text": "x", "sample_rate": 1e999}}',
        '{"event_type": "conversation.echo", "event_type": "conversation.respond", "properties": {}}',
        '{"event_type": "conversation.echo", "properties": {"text": "\\ud83d"}}',
        '{"\\ud83d": 1, "event_type": "conversation.interrupt"}',
        '\ufeff{"event_type": "conversation.interrupt"}',
        '{"event_type": "conversation.interrupt\\u0000"}',
        b"\xff\xfe{\x00}\x00",
        b"\x00" * 100,
        "",
    ],
    ids=lambda text: repr(text[:40]),
)
def test_what_is_meant_to_hurt_gets_an_answer(text: str | bytes) -> None:
    check(text)
