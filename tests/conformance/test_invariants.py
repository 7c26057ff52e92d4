"""What must hold in every conversation: each rule finds what breaks it, and judges nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from visavis.testing.conformance.invariants import INVARIANTS, Invariant, looked_at

Event = dict[str, Any]
RULES = {invariant.case.id: invariant for invariant in INVARIANTS}
ID = "83294d9f-8306-491b-a284-791f56c8383f"
OTHER = "6f1c2d3e-4a5b-4c6d-8e7f-90a1b2c3d4e5"


def made(kind: str, number: int, *without: str, **more: Any) -> Event:
    """An event as it should be; ``more`` are properties but for the envelope's own names."""
    envelope = {
        "event_type": kind if "." in kind and kind.startswith("system") else f"conversation.{kind}",
        "message_type": "system" if kind.startswith("system") else "conversation",
        "conversation_id": "c1",
        "seq": number,
        "timestamp": 1_746_000_000.0 + number,
        "inference_id": ID,
        "turn_idx": 1,
    }
    event: Event = envelope | {key: more.pop(key) for key in list(more) if key in envelope}
    if more:
        event["properties"] = more
    return {key: value for key, value in event.items() if key not in without}


def chunk(
    number: int, speech: str, index: int, final: bool = False, role: str = "replica", **more: Any
) -> Event:
    return made(
        "utterance.streaming", number, role=role, speech=speech, content_index=index, final=final, **more
    )


def reply() -> list[Event]:
    """A turn as it should be, to the end of the call."""
    stop = {"duration": 1.5, "interrupted": False}
    return [
        made("system.replica_joined", 1, "inference_id", "turn_idx", replica_id="r1"),
        made("user.started_speaking", 2),
        made("started_speaking", 3, role="user"),
        chunk(4, "What", 0, role="user"),
        made("user.stopped_speaking", 5),
        made("stopped_speaking", 6, role="user", **stop),
        chunk(7, "What now?", 1, True, role="user"),
        made("utterance", 8, role="user", speech="What now?"),
        made("tool_call", 9, name="look", arguments="{}", tool_call_id="t1"),
        made("replica.started_speaking", 10),
        made("started_speaking", 11, role="replica"),
        made("utterance", 12, role="replica", speech="Let me see."),
        chunk(13, "Let me", 0),
        chunk(14, "Let me see.", 1, True, is_interrupted=False),
        made("replica.stopped_speaking", 15, **stop),
        made("stopped_speaking", 16, role="replica", **stop),
        made("system.shutdown", 17, "inference_id", "turn_idx", shutdown_reason="x"),
    ]


def broken(rule: str, events: list[Event]) -> str | None:
    return RULES[rule].rule(events, "c1")


def changed(at: int, **more: Any) -> list[Event]:
    """The turn with one event changed; ``at`` is its seq."""
    events = reply()
    event = events[at - 1]
    envelope = {key: more.pop(key) for key in list(more) if key in event or key == "inference_id"}
    events[at - 1] = event | envelope | ({"properties": event.get("properties", {}) | more} if more else {})
    return events


def without(*numbers: int) -> list[Event]:
    return [event for event in reply() if event["seq"] not in numbers]


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.case.id)
def test_a_turn_as_it_should_be_breaks_no_rule_and_is_judged_by_each(invariant: Invariant) -> None:
    assert invariant.applies(reply())
    assert invariant.rule(reply(), "c1") is None


@pytest.mark.parametrize(
    ("rule", "events"),
    [
        ("INV-001", changed(8, conversation_id="c2")),
        ("INV-001", changed(8, message_type=5)),
        ("INV-001", [made("utterance", 1, "conversation_id", role="user", speech="x")]),
        ("INV-001", changed(17, conversation_id="c2")),
        ("INV-002", changed(8, seq=7)),
        ("INV-002", changed(8, seq=True)),
        ("INV-002", changed(8, seq={})),
        ("INV-002", [made("utterance", 1, "seq", role="user", speech="x")]),
        ("INV-002", [chunk(1, "a", 0), chunk(1, "a b", 1)]),
        ("INV-003", changed(8, timestamp=1_746_000_000_000)),
        ("INV-003", changed(8, timestamp="2026-06-01T12:00:00Z")),
        ("INV-003", changed(8, timestamp=1_746_000_000.0)),
        ("INV-004", changed(8, speech=5)),
        ("INV-004", changed(14, final="yes")),
        ("INV-004", changed(14, content_index="1")),
        ("INV-004", changed(15, duration="1.5")),
        ("INV-004", changed(8, user_audio_analysis=None)),
        ("INV-004", changed(8, turn_idx=None)),
        ("INV-004", changed(9, arguments={})),
        ("INV-005", without(15)),
        ("INV-005", without(10)),
        ("INV-006", without(5)),
        ("INV-006", without(2)),
        ("INV-007", [*without(12, 17), made("utterance", 18, role="replica", speech="Let me see.")]),
        ("INV-008", [*reply(), made("system.replica_present", 18)]),
        ("INV-008", [*reply(), made("system.shutdown", 18)]),
        ("INV-009", changed(13, content_index=1)),
        ("INV-009", changed(14, content_index=2)),
        ("INV-009", changed(14, content_index={})),
        ("INV-009", changed(4, content_index=1)),
        ("INV-009", changed(7, content_index=[])),
        ("INV-010", changed(14, speech="see.")),
        ("INV-011", without(14)),
        ("INV-012", [*reply(), made("utterance", 18, role="replica", speech="Again.")]),
        ("INV-013", changed(12, inference_id={})),
        ("INV-013", changed(12, inference_id="mine")),
        ("INV-013", changed(9, inference_id=None)),
        ("INV-014", [*reply(), made("utterance", 18, role="user", speech="x", turn_idx=0)]),
        ("INV-014", changed(8, turn_idx=None)),
        ("INV-014", changed(12, turn_idx="1")),
        ("INV-015", without(11)),
        ("INV-015", without(5)),
        ("INV-016", changed(9, arguments={"a": 1})),
        ("INV-016", changed(9, arguments="{")),
        ("INV-016", [*reply(), made("tool_call", 18, name="look", arguments="{}", tool_call_id="t1")]),
        ("INV-017", changed(12, speech=" ")),
        ("INV-017", changed(12, interrupted=False)),
        ("INV-018", changed(15, duration="1.5")),
        ("INV-018", changed(15, duration=True)),
        ("INV-018", changed(15, interrupted=None)),
    ],
)
def test_a_rule_finds_what_breaks_it(rule: str, events: list[Event]) -> None:
    assert broken(rule, events) is not None


@pytest.mark.parametrize(
    ("rule", "events"),
    [
        ("INV-001", [made("started_speaking", 1, "conversation_id", role="user")]),
        ("INV-001", [made("system.replica_present", 1, "conversation_id", "message_type")]),
        ("INV-002", [made("system.replica_present", 1, "seq")]),
        (
            "INV-002",
            [made("utterance", 1, role=role, speech="x") for role in ("pal", "replica")],
        ),
        ("INV-002", [made("system.pal_present", 1), made("system.replica_present", 1)]),
        ("INV-003", [made("system.replica_present", 1, "timestamp")]),
        ("INV-004", changed(15, duration=None)),
        ("INV-004", [made("dance", 1, steps=5)]),
        ("INV-007", [*without(14, 17), chunk(18, "Let me see.", 1, True)]),
        (
            "INV-007",
            [*without(12, 17), made("utterance", 18, role="replica", speech="Let me see.", interrupted=True)],
        ),
        ("INV-009", [chunk(1, "x", 0, role="user"), chunk(2, "y", 0, role="user", inference_id=OTHER)]),
        ("INV-009", [chunk(1, "x", 0, role="user"), chunk(2, "x y", 1, role="user", inference_id=OTHER)]),
        ("INV-011", without(14, 17)),
        ("INV-012", [made("utterance", 1, role=role, speech="x") for role in ("pal", "replica")]),
        ("INV-014", [made("utterance", 1, "turn_idx", role="replica", speech="An echo.")]),
        ("INV-016", [made("tool_call", n, name="look", arguments="{}") for n in (1, 2)]),
        ("INV-018", changed(15, duration=None)),
    ],
)
def test_a_rule_lets_pass_what_the_documents_allow(rule: str, events: list[Event]) -> None:
    assert broken(rule, events) is None


WILD: list[Any] = [None, 5, "x", [], {}, {"a": [1]}, [{}], True]


@pytest.mark.parametrize("value", WILD, ids=repr)
@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.case.id)
def test_no_rule_breaks_over_what_a_server_sends(invariant: Invariant, value: Any) -> None:
    """Each field of each event in turn."""
    for at, event in enumerate(reply()):
        for place in (event, event.get("properties", {})):
            for name in [key for key in place if key != "event_type"]:
                events = reply()
                target = events[at] if place is event else events[at]["properties"]
                target[name] = value
                problem = invariant.rule(events, "c1")
                assert problem is None or isinstance(problem, str)


def test_a_rule_that_nothing_came_for_is_not_looked_at() -> None:
    joined = [made("system.replica_joined", 1)]
    assert looked_at(joined, "", "LIFE-001") == []
    typed = {
        one.case.id for one in looked_at([made("utterance", 1, role="user", speech="x")], "", "RESP-001")
    }
    assert "INV-012" in typed and not typed & {"INV-005", "INV-006", "INV-008", "INV-009", "INV-016"}


def test_rules_of_ours_count_in_cases_of_ours() -> None:
    assert RULES["INV-008"] not in looked_at(reply(), "", "LIFE-004")
    assert RULES["INV-008"] in looked_at(reply(), "", "EXT-018")


def test_older_dialects_are_not_judged_by_what_they_lack() -> None:
    old = {one.case.id for one in looked_at(reply(), "seed", "DIAL-001")}
    assert {one.case.id for one in INVARIANTS} - old == {
        "INV-002",
        "INV-003",
        "INV-014",
        "INV-015",
        "INV-018",
    }
