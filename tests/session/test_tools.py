"""What may be posted as a tool (PROTOCOL 2.7)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from visavis.session.tools import ToolBody

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
API = {"url": "https://api.example.com/weather/{city}", "method": "GET"}


def tool(**given: Any) -> ToolBody:
    body = {"name": "weather", "description": "The weather.", "parameters": PARAMETERS, **given}
    return ToolBody.model_validate(body)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "9lives"}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"name": "get-weather"}, "name"),
        ({"description": ""}, "description"),
        ({"description": "x" * 10_000}, "10000 are allowed"),
        ({"parameters": {"type": "array"}}, "parameters"),
        ({"parameters": {"properties": {"tavus_id": {}}}}, "reserved"),
        ({"delivery": {"app_message": False}}, "exactly one channel"),
        ({"delivery": {"app_message": True, "api": {"url": "https://a.example"}}}, "exactly one channel"),
        ({"delivery": {"api": {"url": "ftp://a.example"}}}, "url"),
        ({"delivery": {"api": {"url": "https://a.example/{town}"}}}, "town"),
        ({"delivery": {"api": {"url": "https://a.example", "timeout": 0}}}, "timeout"),
        ({"delivery": {"api": {"url": "https://a.example", "timeout": 61}}}, "timeout"),
        ({"delivery": {"api": {"url": "https://a.example", "auth": {"type": "bearer"}}}}, "token"),
        ({"origin": "smell"}, "origin"),
        ({"origin": "vision", "on_call": "silent"}, "on_call"),
        ({"origin": "audio", "on_resolve": "generate_response"}, "on_resolve"),
        ({"origin": "audio", "frames": False}, "frames"),
        ({"on_call": "static_filler"}, "static_filler"),
        ({"trigger_type": "post_call"}, "delivery.api"),
        ({"trigger_type": "post_call", "origin": "llm", "delivery": {"api": API}}, "origin"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        tool(**wrong)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "_a9" + "x" * 61},
        {"delivery": {"app_message": False, "api": API}},
        {"delivery": {"api": {**API, "query_params": {"who": "{tavus_conversation_id}"}, "timeout": 60}}},
        {"origin": "vision", "on_resolve": "fire_and_forget", "on_call": None},
        {"trigger_type": "post_call", "delivery": {"api": API}},
        {"on_call": "static_filler", "static_filler": "One moment."},
        {"parameters": {}},
        {"something_new": 1},
    ],
)
def test_what_can_work_is_taken(given: dict[str, Any]) -> None:
    tool(**given)


def test_the_language_model_is_given_a_function_and_its_use_stands_beside_it() -> None:
    assert tool(on_call="static_filler", static_filler="One moment.", parameters={}).definition == {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather.",
            "parameters": {"type": "object", "properties": {}},
        },
        "on_call": "static_filler",
        "static_filler": "One moment.",
        "on_resolve": "fire_and_forget",
    }
