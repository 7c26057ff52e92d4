"""Messages that are nearly right; ``make fuzz`` looks for more, guided by coverage."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from visavis.protocol import Ignored, parse, parse_event
from visavis.protocol.specification import events, examples_of, interactions

TEXTS = [json.dumps(example) for model in interactions() for example in examples_of(model)]
EVENTS = [json.dumps(example) for model in events() for example in examples_of(model)]
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


def check_event(message: Any) -> None:
    """It is read, and what is written of it is read again; or it is refused in the one way there is."""
    try:
        parsed = parse_event(message)
    except ValidationError:
        return
    written = json.dumps(parsed.wire())
    assert json.dumps(parse_event(written).wire()) == written


READERS = pytest.mark.parametrize(
    ("texts", "read"), [(TEXTS, check), (EVENTS, check_event)], ids=["parse", "parse_event"]
)
"""What clients send, as the server reads it; what a conversation sends, as clients read it."""


@READERS
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_message_with_a_damaged_spot_gets_an_answer(
    texts: list[str], read: Callable[[object], None], data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    read(text[:start] + data.draw(st.text(max_size=6)) + text[end:])


@READERS
@settings(max_examples=400, deadline=None)
@given(damage=st.binary(max_size=6), data=st.data())
def test_a_message_with_damaged_bytes_gets_an_answer(
    texts: list[str], read: Callable[[object], None], damage: bytes, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(texts)).encode()
    at = data.draw(st.integers(0, len(whole)))
    read(whole[:at] + damage + whole[at + len(damage) :])


@READERS
@settings(max_examples=400, deadline=None)
@given(value=VALUES, data=st.data())
def test_a_message_with_another_value_gets_an_answer(
    texts: list[str], read: Callable[[object], None], value: object, data: st.DataObject
) -> None:
    message = json.loads(data.draw(st.sampled_from(texts)))
    place = message["properties"] if message.get("properties") and data.draw(st.booleans()) else message
    place[data.draw(st.sampled_from(sorted(place)))] = value
    read(message)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("output", ["{}", '["x", {}]', '{{"x": {}}}'])
def test_a_number_that_is_none_is_refused(number: str, output: str) -> None:
    result = output.format(number)
    text = (
        '{"event_type": "conversation.tool_result", "event_id": "e", "properties": '
        f'{{"tool_call_id": "c", "output": {result}}}}}'
    )
    assert parse(text) == Ignored("NaN and Infinity are no JSON", "e")


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
    check_event(text)
    check_event(
        text.replace("conversation.echo", "conversation.utterance") if isinstance(text, str) else text
    )


@pytest.mark.parametrize(
    "thing", [None, 7, 1e999, True, [], [{}], {}, {"event_type": {}}, {"event_type": "x"}]
)
def test_what_is_no_message_at_all_gets_an_answer(thing: object) -> None:
    check(thing)
    check_event(thing)
