"""Every data-channel example of the protocol's machine-readable twin (``events.json``)."""

import json
from pathlib import Path
from typing import Any

import pytest

from visavis.protocol import Ignored, parse, parse_event

TWIN = json.loads((Path(__file__).parent / "events.json").read_text(encoding="utf-8"))["events"]


def examples(direction: str) -> list[Any]:
    return [
        pytest.param(entry[key], id=f"{entry['event_type']}-{key}")
        for entry in TWIN
        if entry["direction"] == direction
        for key in sorted(entry)
        if key.startswith("example") and entry[key]
    ]


@pytest.mark.parametrize("example", examples("client_to_server"))
def test_an_interaction_round_trips_to_an_equal_message(example: dict[str, Any]) -> None:
    parsed = parse(example)
    assert not isinstance(parsed, Ignored)
    assert parsed.wire() == example
    assert parse(json.dumps(parsed.wire())) == parsed


@pytest.mark.parametrize("example", examples("server_to_client"))
def test_an_event_round_trips_to_an_equal_message(example: dict[str, Any]) -> None:
    parsed = parse_event(example)
    assert parsed.wire() == example
    assert parse_event(json.dumps(parsed.wire())) == parsed


def test_both_directions_are_covered() -> None:
    assert len(examples("client_to_server")) >= 10
    assert len(examples("server_to_client")) >= 21
