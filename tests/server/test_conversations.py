from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.server.conftest import Api, RunServer
from visavis.server.store import Conversation


async def test_creating_answers_200_with_the_documented_fields(api: Api) -> None:
    answer = await api.http.post("/v2/conversations", json={"conversation_name": "Hello"})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {
        "conversation_id",
        "conversation_name",
        "conversation_url",
        "status",
        "callback_url",
        "created_at",
    }
    assert re.fullmatch("c[0-9a-f]{32}", body["conversation_id"])
    assert body["conversation_url"] == f"http://127.0.0.1:7600/{body['conversation_id']}"
    assert (body["conversation_name"], body["status"], body["callback_url"]) == ("Hello", "active", "")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", body["created_at"])


async def test_a_conversation_without_a_name_gets_one(api: Api) -> None:
    created = await api.create()
    assert re.fullmatch(r"New Conversation \d{13}", created["conversation_name"])


async def test_a_list_is_paged_from_one_and_filtered_by_status(api: Api) -> None:
    made = [(await api.create())["conversation_id"] for _ in range(3)]
    await api.http.post(f"/v2/conversations/{made[0]}/end")

    first = (await api.http.get("/v2/conversations", params={"limit": 2})).json()
    second = (await api.http.get("/v2/conversations", params={"limit": 2, "page": 2})).json()
    assert first["total_count"] == second["total_count"] == 3
    assert [row["conversation_id"] for row in first["data"] + second["data"]] == made[::-1]
    assert {"replica_id", "persona_id", "updated_at"} <= set(first["data"][0])

    ended = (await api.http.get("/v2/conversations", params={"status": "ended"})).json()
    assert [row["conversation_id"] for row in ended["data"]] == [made[0]]


async def test_getting_one_is_flat_and_verbose_adds_events_and_the_reason(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    plain = (await api.http.get(f"/v2/conversations/{name}")).json()
    assert plain["conversation_id"] == name and "events" not in plain

    assert (await api.http.post(f"/v2/conversations/{name}/end")).status_code == 200
    verbose = (await api.http.get(f"/v2/conversations/{name}", params={"verbose": "true"})).json()
    assert verbose["status"] == "ended"
    assert verbose["shutdown_reason"] == "end_conversation_endpoint_hit"
    types = [event["event_type"] for event in verbose["events"]]
    assert types == [
        "system.replica_joined",
        "system.shutdown",
        "application.transcription_ready",
    ], "heartbeats are not kept"
    assert verbose["events"][0]["timestamp"] == "2025-04-30T08:00:00.123000Z"


async def test_ending_twice_keeps_the_first_reason(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    api.held(name)[1].end("max_call_duration reached")
    for _ in range(2):
        assert (await api.http.post(f"/v2/conversations/{name}/end")).status_code == 200
    verbose = (await api.http.get(f"/v2/conversations/{name}?verbose=true")).json()
    assert verbose["shutdown_reason"] in ("max_call_duration reached", "end_conversation_endpoint_hit")
    assert api.held(name)[0].closed == "max_call_duration reached"


async def test_deleting_ends_the_call_and_forgets_it(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    assert (await api.http.delete(f"/v2/conversations/{name}?hard=true")).status_code == 204
    assert (await api.http.get(f"/v2/conversations/{name}")).status_code == 400
    assert not api.supervisor.holds(name)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/conversations/nope"),
        ("POST", "/v2/conversations/nope/end"),
        ("DELETE", "/v2/conversations/nope"),
    ],
)
async def test_an_unknown_id_is_a_400_with_both_keys(api: Api, method: str, path: str) -> None:
    answer = await api.http.request(method, path)
    assert answer.status_code == 400
    assert answer.json() == {"message": "Invalid conversation_id", "error": "Invalid conversation_id"}


@pytest.mark.parametrize("path", ["/v2/conversations/", "/v2/personas/", "/v2/replicas/", "/v2/pals/"])
async def test_a_final_slash_is_accepted_without_a_redirect(api: Api, path: str) -> None:
    answer = await api.http.get(path)
    assert answer.status_code == 200
    assert set(answer.json()) == {"data", "total_count"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff",
        b'{"a": NaN}',
        b'{"conversation_name": "\\ud800"}',
        b"[" * 100_000,
        b'{"conversation_name": 5}',
        b'{"max_participants": 1}',
        b'{"properties": {"max_call_duration": "soon"}}',
        b'{"properties": []}',
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_a_bad_body_is_a_400_with_both_keys(api: Api, body: bytes) -> None:
    answer = await api.http.post(
        "/v2/conversations", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    error = answer.json()
    assert error["message"] == error["error"] != ""


async def test_a_body_without_a_content_type_is_json(api: Api) -> None:
    request = api.http.build_request("POST", "/v2/conversations", content=b'{"conversation_name": "x"}')
    assert "content-type" not in request.headers
    assert (await api.http.send(request)).json()["conversation_name"] == "x"


async def test_a_body_that_curl_calls_a_form_is_json(api: Api) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = await api.http.post("/v2/conversations", content=b'{"conversation_name": "x"}', headers=form)
    assert answer.json()["conversation_name"] == "x"


async def test_a_body_beyond_the_limit_is_a_413(api: Api) -> None:
    answer = await api.http.post("/v2/conversations", json={"conversational_context": "x" * 1_100_000})
    assert answer.status_code == 413


async def test_nulls_are_absent_fields(api: Api) -> None:
    assert await api.create(persona_id=None, properties=None, custom_greeting=None, max_participants=None)


@pytest.mark.parametrize(
    "body",
    [
        {"properties": {"livekit_ws_url": "wss://x.test"}},
        {"meeting_url": "https://x.test"},
    ],
)
async def test_what_is_not_supported_is_refused_in_words(api: Api, body: dict[str, Any]) -> None:
    answer = await api.http.post("/v2/conversations", json=body)
    assert answer.status_code == 400
    assert "is not supported" in answer.json()["message"]


async def test_test_mode_makes_an_ended_conversation_without_a_replica(api: Api) -> None:
    created = await api.create(test_mode=True)
    assert created["status"] == "ended"
    assert not api.launcher.studio.made


async def test_a_full_server_answers_the_documented_concurrency_error(run_server: RunServer) -> None:
    async with run_server(workers=2, conversations_per_worker=1) as api:
        made = [(await api.create())["conversation_id"] for _ in range(2)]
        refused = await api.http.post("/v2/conversations", json={})
        assert refused.status_code == 400
        assert "maximum concurrent conversations" in refused.json()["message"]
        listed = (await api.http.get("/v2/conversations")).json()
        assert listed["total_count"] == 2, "a refused conversation leaves no trace"

        await api.http.post(f"/v2/conversations/{made[0]}/end")
        await api.http.get(f"/v2/conversations/{made[0]}?verbose=true")
        assert await api.create(), "an ended one makes room"


async def test_a_busy_worker_takes_no_new_conversation(run_server: RunServer) -> None:
    async with run_server(workers=1, worker_load_limit=0.5) as api:
        api.supervisor.workers[0].load = 0.9
        refused = await api.http.post("/v2/conversations", json={})
        assert refused.status_code == 400
        assert api.supervisor.refused == 1


async def test_conversations_go_to_the_worker_that_has_fewest(api: Api) -> None:
    for _ in range(4):
        await api.create()
    assert [len(worker.conversations) for worker in api.supervisor.workers] == [2, 2]


async def test_a_conversation_that_crashes_ends_alone(api: Api) -> None:
    bad, good = [(await api.create())["conversation_id"] for _ in range(2)]
    await api.http.post(
        "/v2/interactions",
        json={
            "event_type": "conversation.respond",
            "conversation_id": bad,
            "properties": {"text": "crash"},
        },
    )
    await api.http.get(f"/v2/conversations/{bad}?verbose=true")
    status = (await api.http.get(f"/{bad}/status")).json()
    assert status["shutdown_reason"] == "internal error occurred at step session"
    assert api.supervisor.holds(good) and not api.supervisor.holds(bad)


async def test_a_restart_marks_what_was_in_progress_as_ended(run_server: RunServer) -> None:
    async with run_server() as api:
        name = (await api.create())["conversation_id"]
        row = await api.store.conversations.get(name)
        assert row and row.status == "active"
    async with run_server() as api:
        await api.store.conversations.delete(name)
        await api.store.conversations.add(crashed(row))
    async with run_server() as api:
        again = (await api.http.get(f"/v2/conversations/{name}?verbose=true")).json()
        assert again["status"] == "ended"
        assert again["shutdown_reason"] == "internal error occurred at step server"


def crashed(row: Conversation) -> Conversation:
    """The row as a server that crashes leaves it."""
    columns = (column.key for column in Conversation.__table__.columns)
    return Conversation(**{name: getattr(row, name) for name in columns})


@pytest.mark.parametrize("field", ["participant_left_timeout", "participant_absent_timeout"])
async def test_times_beyond_reason_are_refused(api: Api, field: str) -> None:
    answer = await api.http.post("/v2/conversations", json={"properties": {field: 10**400}})
    assert answer.status_code == 400
    assert field in answer.json()["message"]


LONG = "é" * 100_000


async def test_texts_of_every_length_that_is_accepted_reach_the_worker(api: Api) -> None:
    steps = [{"objective_name": f"o{n}", "objective_prompt": "é" * 9_000} for n in range(50)]
    objectives = (await api.http.post("/v2/objectives", content=utf8({"data": steps}))).json()
    persona = {"system_prompt": LONG, "context": LONG, "objectives_id": objectives["objectives_id"]}
    made = (await api.http.post("/v2/personas", content=utf8(persona))).json()
    name = (await api.create(persona_id=made["persona_id"], conversational_context=LONG))["conversation_id"]
    assert len(api.held(name)[1].spec.system_prompt) == len(LONG)


@pytest.mark.parametrize("field", ["system_prompt", "context", "conversational_context"])
async def test_texts_that_are_too_long_are_refused_in_words(api: Api, field: str) -> None:
    path = "conversations" if field == "conversational_context" else "personas"
    answer = await api.http.post(f"/v2/{path}", json={"system_prompt": "x", field: f"{LONG}x"})
    assert answer.status_code == 400
    assert answer.json()["message"] == f"{field}: String should have at most 100000 characters"


async def test_what_is_too_large_for_a_worker_is_the_callers_mistake(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.session.rpc.MAX_LINE", 10_000)
    answer = await api.http.post("/v2/conversations", json={"conversational_context": LONG})
    assert answer.status_code == 400
    assert "exceeds the limit" in answer.json()["message"]


def utf8(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
