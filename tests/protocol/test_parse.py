"""Lenient in (DESIGN rule 4): what clients in the wild send (PROTOCOL 6), and what nobody should."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visavis.protocol import Ignored, parse
from visavis.protocol.interactions import (
    AppendContext,
    Echo,
    Interrupt,
    OverwriteContext,
    Respond,
    Sensitivity,
    ToolResult,
)


def message(kind: str, **properties: Any) -> dict[str, Any]:
    return {"message_type": "conversation", "event_type": f"conversation.{kind}", "properties": properties}


def test_an_echo_may_hold_its_text_alone() -> None:
    echo = parse(message("echo", text="Hello"))
    assert isinstance(echo, Echo)
    assert (echo.properties.is_audio, echo.properties.is_done) == (False, True)


def test_audio_is_not_done_unless_it_says_so() -> None:
    echo = parse(message("echo", modality="audio", audio="AAAA"))
    assert isinstance(echo, Echo)
    assert echo.properties.is_audio
    assert not echo.properties.is_done


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("false", False), (" True ", True)])
def test_done_may_be_written_as_a_string(written: str, meant: bool) -> None:
    echo = parse(message("echo", text="Hello", done=written))
    assert isinstance(echo, Echo)
    assert echo.properties.is_done is meant


def test_an_interrupt_needs_neither_properties_nor_conversation_id() -> None:
    assert isinstance(
        parse({"message_type": "conversation", "event_type": "conversation.interrupt"}), Interrupt
    )


@pytest.mark.parametrize("properties", [None, [], "x", 3])
def test_properties_that_are_no_object_count_as_absent(properties: object) -> None:
    assert isinstance(parse({"event_type": "conversation.interrupt", "properties": properties}), Interrupt)


def test_an_overwrite_without_context_is_understood() -> None:
    assert isinstance(
        parse(message("overwrite_llm_context", llm={"speculative_inference": False})), OverwriteContext
    )


@pytest.mark.parametrize(
    ("alias", "kind"), [("overwrite_context", OverwriteContext), ("append_context", AppendContext)]
)
def test_spellings_of_official_texts_are_understood(alias: str, kind: type) -> None:
    assert isinstance(parse(message(alias, context="x")), kind)


def test_sensitivity_may_come_with_both_keys_in_any_case() -> None:
    parsed = parse(
        message("sensitivity", participant_pause_sensitivity="HIGH", participant_interrupt_sensitivity="low")
    )
    assert isinstance(parsed, Sensitivity)
    assert parsed.properties.participant_pause_sensitivity == "high"


def test_null_properties_count_as_absent() -> None:
    parsed = parse(message("echo", text="Hello", sample_rate=None, inference_id=None, done=None))
    assert isinstance(parsed, Echo)
    assert parsed.properties.sample_rate == 16000


def test_numbers_stand_for_strings_where_strings_are_meant() -> None:
    parsed = parse(message("tool_result", tool_call_id=7, output=5))
    assert isinstance(parsed, ToolResult)
    assert (parsed.properties.tool_call_id, parsed.properties.output) == ("7", 5)


def test_half_a_surrogate_pair_is_replaced_so_that_the_text_can_be_encoded() -> None:
    parsed = parse(
        '{"event_type": "conversation.respond", "properties": {"text": "a\\ud800b \\ud83d\\ude00"}}'
    )
    assert isinstance(parsed, Respond)
    assert parsed.properties.text == "a\ufffdb \U0001f600"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 5_000, "not JSON"),
        ("[]", "not a JSON object"),
        (None, "not a JSON object"),
        ({}, "no event_type"),
        ({"event_type": 5}, "no event_type"),
        ({"event_type": "conversation.dance"}, "unknown event_type"),
        ({"event_type": "conversation.respond"}, "conversation.respond.properties: missing"),
        (message("respond"), "conversation.respond.properties.text: missing"),
        (message("interrupt", x=object()), "not a JSON value"),
        ('{"event_type": "conversation.interrupt", "x": ' + "[" * 60 + "]" * 60 + "}", "nested too deeply"),
    ],
)
def test_what_is_not_understood_is_ignored_with_a_reason(bad: object, reason: str) -> None:
    ignored = parse(bad)
    assert isinstance(ignored, Ignored)
    assert ignored.reason in (reason, reason.split(".", 2)[-1])


def test_the_reason_holds_nothing_the_sender_wrote() -> None:
    ignored = parse(message("sensitivity", participant_pause_sensitivity="my secret"))
    assert isinstance(ignored, Ignored)
    assert "secret" not in ignored.reason


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Machines that are busy with something else are slow; that is no failure."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@unhurried
@given(
    st.sampled_from(
        ["echo", "respond", "interrupt", "append_llm_context", "tool_result", "sensitivity", "x"]
    ),
    st.dictionaries(
        st.sampled_from(["text", "modality", "audio", "done", "context", "tool_call_id", "output", "y"]), JSON
    ),
)
def test_nothing_raises_and_what_is_understood_can_be_written_again(
    kind: str, properties: dict[str, Any]
) -> None:
    parsed = parse(message(kind, **properties))
    if not isinstance(parsed, Ignored):
        json.dumps(parsed.wire(), ensure_ascii=False).encode()


@unhurried
@given(JSON)
def test_any_json_value_gets_an_answer(value: object) -> None:
    assert parse(value) is not None
    assert parse(json.dumps(value)) is not None


def test_an_event_id_is_kept_with_what_is_understood_and_with_what_is_not() -> None:
    understood = parse({"event_type": "conversation.interrupt", "event_id": "mine"})
    assert isinstance(understood, Interrupt)
    assert understood.event_id == "mine"
    for broken in ({}, {"event_type": "conversation.dance"}, {"event_type": "conversation.respond"}):
        refused = parse({**broken, "event_id": "mine"})
        assert isinstance(refused, Ignored)
        assert refused.event_id == "mine"


@pytest.mark.parametrize("event_id", [True, None, "", "x" * 201, {}, 1 << 70])
def test_an_event_id_that_is_none_is_as_good_as_absent(event_id: object) -> None:
    parsed = parse({"event_type": "conversation.interrupt", "event_id": event_id})
    assert isinstance(parsed, Interrupt)
    assert parsed.event_id is None
    assert "event_id" not in parsed.wire()


def test_a_number_may_name_a_message() -> None:
    parsed = parse({"event_type": "conversation.interrupt", "event_id": 7})
    assert isinstance(parsed, Interrupt) and parsed.event_id == "7"


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("echo", {"text": "Hi", "modality": "", "done": "", "sample_rate": ""}),
        ("tool_result", {"tool_call_id": "t1", "status": "SUCCESS"}),
        ("tool_result", {"tool_call_id": "t1", "status": ""}),
        (
            "sensitivity",
            {"participant_pause_sensitivity": "high", "participant_interrupt_sensitivity": ""},
        ),
    ],
)
def test_a_field_that_nobody_filled_in_loses_no_message(kind: str, properties: dict[str, object]) -> None:
    assert not isinstance(parse(message(kind, **properties)), Ignored)
