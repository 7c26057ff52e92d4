"""What the suite asks a server for on behalf of cases, and when it takes a replica for ready."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.conformance.paper_server import PaperServer, event, room
from visavis.errors import ApiUnreachable, ConfigurationError
from visavis.testing.conformance import scouting
from visavis.testing.conformance import session as sessions
from visavis.testing.conformance.cost import held, minutes
from visavis.testing.conformance.invariants import INVARIANTS, looked_at
from visavis.testing.conformance.model import Case
from visavis.testing.conformance.runner import Runner
from visavis.testing.conformance.seats import Invitation
from visavis.testing.conformance.session import Session, Unmet
from visavis.testing.conformance.suite import Suite

JOINED = event("system.replica_joined")


def case(*steps: dict[str, Any], **fields: Any) -> Case:
    return Case(id="REST-900", title="t", source="docs", reference="r", steps=steps, **fields)


def session(server: PaperServer, joins: Any = None, **fields: Any) -> Session:
    return Session(server.target, "REST-900", joins or room(JOINED), **fields)


async def test_the_first_replica_that_is_complete_is_used() -> None:
    server = PaperServer()
    target = server.target
    await scouting.choose_replica(target)
    one = Session(target, "REST-900", room(JOINED))
    await one.create({})
    await one.make_persona({"default_face_id": "other"})
    await one.make_persona({"default_replica_id": "another"})
    first, second, third = server.bodies["/personas"]
    assert first["default_replica_id"] == "r1"
    assert "default_replica_id" not in second
    assert third["default_replica_id"] == "another"
    assert "replica_id" not in server.bodies["/conversations"][0], "its persona has one"
    bare = Session(target, "REST-901", room(JOINED))
    await bare.request("POST", "/conversations", json={})
    await bare.request("POST", "/conversations/", json={"face_id": "mine"})
    assert server.bodies["/conversations"][1]["replica_id"] == "r1"
    assert "replica_id" not in str(server.bodies["/conversations"][2:])


async def test_a_replica_that_was_named_is_used() -> None:
    server = PaperServer()
    target = server.target
    target.replica_id = "mine"
    await scouting.choose_replica(target)
    assert target.replica_id == "mine"


@pytest.mark.parametrize("answer", [[], {"data": 5}, {"data": [5, {"status": "completed"}]}])
async def test_an_odd_list_of_replicas_names_none(answer: Any) -> None:
    target = PaperServer(lambda _: httpx.Response(200, json=answer)).target
    await scouting.choose_replica(target)
    assert target.replica_id == ""


async def test_a_run_begins_with_a_server_that_answers_and_takes_the_key() -> None:
    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ApiUnreachable, match=r"no answer from http://paper\.test: refused"):
        await scouting.choose_replica(PaperServer(silent).target)
    with pytest.raises(ConfigurationError, match="refuses the key"):
        await scouting.choose_replica(PaperServer(lambda _: httpx.Response(401)).target)


async def test_a_persona_that_was_named_is_used_unless_the_suite_must_speak_for_it() -> None:
    server = PaperServer()
    target = server.target
    target.persona_id = "p77"
    await Session(target, "REST-900", room(JOINED)).create({})
    await Session(target, "REST-901", room(JOINED), ("scripted_llm",)).create({})
    first, second = server.bodies["/conversations"]
    assert first["persona_id"] == "p77"
    assert second["persona_id"] == "p2" and len(server.bodies["/personas"]) == 1


async def test_every_conversation_ends_by_itself_and_is_known_by_its_name() -> None:
    server = PaperServer()
    one = session(server)
    await one.create({"properties": {"participant_left_timeout": 3}})
    await one.request("POST", "/conversations", json={"pal_id": "p1"})
    await one.request("POST", "/conversations", json={"properties": {"max_call_duration": 2}})
    first, second, third = server.bodies["/conversations"]
    assert first["properties"] == {
        "max_call_duration": 60,
        "participant_absent_timeout": 60,
        "participant_left_timeout": 3,
    }
    assert second["properties"] == {"max_call_duration": 60, "participant_absent_timeout": 60}
    assert third["properties"] == {"max_call_duration": 2, "participant_absent_timeout": 60}
    names = {body["conversation_name"] for body in (first, second, third)}
    assert names == {f"{one.target.prefix}REST-900"}
    assert server.target.prefix != one.target.prefix, "each run has a name of its own"


def test_what_a_run_may_cost_counts_every_conversation() -> None:
    two = case({"create": {}}, {"create": {"properties": {"max_call_duration": 2}}}, seconds=30)
    assert held(two) == [45, 2]
    assert held(two, scale=2.0) == [75, 2]
    by_rest = case({"rest": "POST /conversations", "json": {}}, {"rest": "GET /conversations"})
    assert held(by_rest) == [60]
    hook = Case(id="REST-901", title="t", source="docs", reference="r", hook="junk", conversations=2)
    assert minutes([two, by_rest, hook]) == (5, (45 + 2 + 60 + 60 + 60) / 60)


async def test_a_case_makes_no_more_conversations_than_were_counted() -> None:
    one = session(PaperServer(), allowed=1)
    await one.create({})
    with pytest.raises(Unmet, match="more conversations"):
        await one.create({})


@pytest.mark.parametrize("kind", ["system.replica_joined", "system.replica_present", "system.pal_present"])
async def test_a_system_event_says_that_the_replica_is_there(kind: str) -> None:
    one = session(PaperServer(), room(event("conversation.utterance"), event(kind), event("x")))
    await one.create({})
    await one.join()
    assert one.cursor == 2


async def test_a_replica_that_speaks_is_there_and_its_speech_is_not_gone_past() -> None:
    one = session(PaperServer(), room(event("conversation.replica.started_speaking")))
    await one.create({})
    began = time.monotonic()
    await one.join()
    assert time.monotonic() - began < 1
    await one.expect({"event_type": "conversation.replica.started_speaking"}, within=0.1)


async def test_somebody_else_is_enough_where_no_event_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "GRACE", 0.05)
    one = session(PaperServer(), room(alone=False))
    await one.create({})
    await one.join()
    nobody = session(PaperServer(), room(), patience=0.1)
    await nobody.create({})
    with pytest.raises(Unmet, match=r"no replica was there within 0\.1 s"):
        await nobody.join()


async def test_what_was_heard_in_an_earlier_seat_makes_no_replica_ready() -> None:
    one = session(PaperServer(), patience=0.1)
    await one.create({})
    one.received(event("system.replica_present"))
    one.joins = room()
    with pytest.raises(Unmet, match="no replica"):
        await one.join()


async def test_a_meeting_token_reaches_the_driver() -> None:
    invited: list[Invitation] = []

    def joins(invitation: Invitation) -> Any:
        invited.append(invitation)
        return room(JOINED)(invitation)

    one = session(PaperServer(), joins)
    await one.create({"meeting_token": "secret"})  # the paper server repeats what it was sent
    await one.join()
    assert invited[0].token == "secret"


async def test_patience_stretches_every_limit() -> None:
    patient, usual = session(PaperServer(), patience=60.0), session(PaperServer(), patience=3.0)
    assert (patient.scale, usual.scale) == (3.0, 1.0)
    began = time.monotonic()
    with pytest.raises(Unmet, match=r"within 0\.3 s"):
        await patient.expect({"event_type": "x"}, within=0.1)
    assert time.monotonic() - began >= 0.3
    await patient.create({})
    made = PaperServer()
    slow = session(made, patience=60.0, seconds=30)
    await slow.create({})
    assert made.bodies["/conversations"][0]["properties"]["max_call_duration"] == 105


@pytest.mark.parametrize("answer", [[], {}, {"conversation_id": 7}, {"conversation_id": ""}])
async def test_a_creation_answered_by_something_odd_fails_in_words(answer: Any) -> None:
    def rule(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=answer) if request.url.path == "/v2/conversations" else None

    with pytest.raises(Unmet, match="no conversation_id"):
        await session(PaperServer(rule)).create({})


@pytest.mark.parametrize(
    "message",
    [
        event("conversation.utterance", inference_id={}, properties={"role": []}),
        event("conversation.utterance.streaming", inference_id=[], properties={"role": {}}),
        event("conversation.tool_call", properties={"tool_call_id": {}, "arguments": "{}"}),
        event("conversation.replica.stopped_speaking", inference_id=[], seq=[], timestamp={}),
        {"event_type": "x", "message_type": [], "conversation_id": {}, "properties": 7},
        "text",
        None,
    ],
)
async def test_one_odd_message_harms_no_run(message: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drivers = {"chat": room(JOINED, message, message)}
    monkeypatch.setattr("visavis.testing.conformance.runner.DRIVERS", drivers)
    cases = [case({"talk": {}})]
    results = await Runner(PaperServer().target, "chat").run(cases)
    assert len(results) == 1 + len(INVARIANTS)
    assert results[0].outcome == "passed"


async def test_a_rule_that_cannot_be_applied_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(events: object, conversation_id: object) -> None:
        raise TypeError("unhashable type: 'dict'")

    kept = INVARIANTS[:]
    said = event("conversation.utterance", properties={"role": "replica", "speech": "Hello."})
    monkeypatch.setattr("visavis.testing.conformance.runner.DRIVERS", {"chat": room(JOINED, said)})
    looked = looked_at([said], "", "REST-900")[0]
    INVARIANTS[kept.index(looked)] = replace(looked, rule=fails)
    try:
        results = await Runner(PaperServer().target, "chat").run([case({"talk": {}})])
    finally:
        INVARIANTS[:] = kept
    (rule,) = (result for result in results if result.case.id == looked.case.id)
    assert rule.outcome == "failed"
    assert rule.detail == "in REST-900: an event cannot be read: TypeError: unhashable type: 'dict'"


async def test_details_hold_no_control_characters_and_come_to_an_end() -> None:
    server = PaperServer(lambda _: httpx.Response(418, text="\x1b[2J" + "x" * 100_000))
    (failed,) = (await Runner(server.target, "chat").run([case({"rest": "GET /x"})]))[:1]
    assert "\x1b" not in failed.detail and len(failed.detail) < 2100


async def test_a_known_shortfall_does_not_stop_a_run_that_stops_at_the_first_failure() -> None:
    server = PaperServer()
    one, two, three, four = (
        Case(id=f"REST-90{n}", title="t", source="docs", reference="r", steps=[{"rest": f"GET /{n}"}])
        for n in range(4)
    )
    server.rule = lambda request: httpx.Response(200, json={}) if request.url.path == "/v2/1" else None
    known = {"REST-900": "not yet"}
    runner = Runner(server.target, "chat", shortfalls=known)
    results = await runner.run([one, two, three, four], fail_fast=True)
    outcomes = {result.case.id: result.outcome for result in results if result.case.group == "REST"}
    assert outcomes == {"REST-900": "known", "REST-901": "passed", "REST-902": "failed"}


async def test_a_known_broken_rule_does_not_stop_it_either(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers = {"chat": room({**JOINED, "conversation_id": "other"})}
    monkeypatch.setattr("visavis.testing.conformance.runner.DRIVERS", drivers)
    known = {invariant.case.id: "not yet" for invariant in INVARIANTS}
    runner = Runner(PaperServer().target, "chat", shortfalls=known)
    cases = [
        Case(id=f"REST-90{n}", title="t", source="docs", reference="r", steps=[{"talk": {}}]) for n in (0, 1)
    ]
    results = await runner.run(cases, fail_fast=True)
    assert [result.outcome for result in results[:2]] == ["passed", "passed"]


@pytest.mark.parametrize(
    ("url", "driver"), [("https://a.daily.co/x", "daily"), ("https://daily.co.evil.test/x", "webrtc")]
)
async def test_the_driver_is_chosen_by_the_rooms(url: str, driver: str) -> None:
    def rule(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path == "/v2/conversations":
            answer = server._plain("POST", "/conversations", request)
            return httpx.Response(200, json={**answer.json(), "conversation_url": url})
        return None

    server = PaperServer(rule)
    target = server.target
    assert await scouting.driver_for(target) == driver
    assert server.bodies["/conversations"][0]["test_mode"] is True
    assert (server.kept, target.made.left) == ({}, [])


async def test_a_server_that_makes_no_conversation_gets_the_usual_driver() -> None:
    assert await scouting.driver_for(PaperServer(lambda _: httpx.Response(500)).target) == "webrtc"


async def test_cases_are_skipped_when_the_server_does_not_call_the_suite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scouting, "CALL_SECONDS", 0.05)
    server = PaperServer()
    target = server.target
    target.llm_url = target.hook_url = "http://127.0.0.1:1/v1"
    await scouting.listen_for_calls(target, room(JOINED), 1.0)
    assert (target.llm_url, target.hook_url) == ("", "")
    assert server.kept == {}
    needing = case({"create": {}}, needs=("scripted_llm",))
    (skipped,) = (await Runner(target, "chat").run([needing]))[:1]
    assert skipped.outcome == "skipped"
    assert "does not call the suite's language model at http://127.0.0.1:1/v1" in skipped.detail


async def test_a_server_that_calls_or_lets_nobody_in_is_not_held_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scouting, "CALL_SECONDS", 0.05)
    calling = PaperServer().target
    calling.llm_url = "http://127.0.0.1:1/v1"
    calling.called.set()
    await scouting.listen_for_calls(calling, room(JOINED), 0.1)
    closed = PaperServer().target
    closed.llm_url = "http://127.0.0.1:1/v1"
    await scouting.listen_for_calls(closed, room(), 0.1)
    assert calling.llm_url and closed.llm_url


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:x", "127.0.0.1:99999", ""])
async def test_an_address_to_listen_at_is_a_host_and_a_port(listen: str) -> None:
    suite = Suite(PaperServer().target, "chat", 1)
    with pytest.raises(ConfigurationError, match=r"--listen .*127\.0\.0\.1:8099"):
        await suite.run([], listen=listen)


async def test_an_address_that_another_program_has_is_told() -> None:
    other = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    async with other:
        with pytest.raises(ConfigurationError, match=f"cannot listen at 127.0.0.1:{port}"):
            await Suite(PaperServer().target, "chat", 1).run([], listen=f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("listen", "here"), [("127.0.0.1:0", "http://127.0.0.1:"), ("0.0.0.0:0", "http://127.0.0.1:")]
)
async def test_a_server_on_this_machine_is_told_an_address_it_can_reach(listen: str, here: str) -> None:
    target = PaperServer().target
    target.url = "http://127.0.0.1:7600"
    await Suite(target, "chat", 1).run([], listen=listen)
    assert target.llm_url.startswith(here) and target.llm_url.endswith("/v1")
    assert target.hook_url.startswith(here) and target.hook_url.endswith("/hooks")
