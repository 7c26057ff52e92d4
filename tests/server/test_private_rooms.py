"""Rooms that are joined with a meeting token only: who gets in, and who does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest

from tests.server.conftest import Api, RunServer
from tests.server.fakes import GOOD_OFFER
from visavis.server.access import sessions as access_sessions
from visavis.server.access.sessions import LINGER, Sessions
from visavis.server.access.tokens import ANYBODY, EXPIRED, NOT_ALLOWED, Guest, MeetingTokens
from visavis.server.vault import Vault

SDP = {"content-type": "application/sdp"}
REFUSED = {"message": NOT_ALLOWED, "error": NOT_ALLOWED}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def join(api: Api, name: str, token: str = "", **query: str) -> httpx.Response:
    headers = {**SDP, **(bearer(token) if token else {}), "x-api-key": ""}
    return await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=headers, params=query)


def key_of(api: Api) -> bytes:
    return Vault.from_settings(api.settings).derive("meeting tokens")


@pytest.fixture
async def private(api: Api) -> dict[str, Any]:
    return await api.create(require_auth=True)


@pytest.mark.parametrize("body", [{"require_auth": True}, {"properties": {"require_auth": True}}])
async def test_who_asks_for_it_gets_a_token_that_lives_as_long_as_an_empty_room(
    api: Api, body: dict[str, Any]
) -> None:
    body.setdefault("properties", {})["participant_absent_timeout"] = 120
    created = await api.create(**body)
    claims = jwt.decode(created["meeting_token"], key_of(api), algorithms=["HS256"])
    assert claims["r"] == created["conversation_id"]
    assert claims["exp"] - claims["iat"] == pytest.approx(120, abs=1)
    assert "meeting_token" not in await api.create()
    shown = await api.http.get(f"/v2/conversations/{created['conversation_id']}")
    assert "meeting_token" not in shown.json(), "it is told once"


async def test_the_token_opens_the_room(api: Api, private: dict[str, Any]) -> None:
    name, token = private["conversation_id"], private["meeting_token"]
    assert (await join(api, name, token)).status_code == 201
    assert (await join(api, name, t=token)).status_code == 201, "in the query where no header can be set"


async def test_without_a_token_nothing_of_a_private_room_is_told(api: Api, private: dict[str, Any]) -> None:
    answers = [await join(api, private["conversation_id"])]
    for way in ("chat", "events", "status"):
        answers.append(await api.http.get(f"/{private['conversation_id']}/{way}"))
    for answer in answers:
        assert (answer.status_code, answer.json()) == (403, REFUSED)
    assert not api.held(private["conversation_id"])[0].deliver


async def test_with_the_token_the_events_and_the_status_are_told(api: Api, private: dict[str, Any]) -> None:
    for way in ("events", "status"):
        answer = await api.http.get(
            f"/{private['conversation_id']}/{way}", headers=bearer(private["meeting_token"])
        )
        assert answer.status_code == 200


def tampered(token: str, key: bytes) -> str:
    head, claims, seal = token.split(".")
    return f"{head}.{claims}.{'A' if seal[0] != 'A' else 'B'}{seal[1:]}"


def unsigned(token: str, key: bytes) -> str:
    return jwt.encode(jwt.decode(token, key, algorithms=["HS256"]), None, algorithm="none")


def of_another_server(token: str, key: bytes) -> str:
    return jwt.encode(jwt.decode(token, key, algorithms=["HS256"]), b"x" * 32)


def without_end(token: str, key: bytes) -> str:
    claims = jwt.decode(token, key, algorithms=["HS256"])
    return jwt.encode({name: value for name, value in claims.items() if name != "exp"}, key)


def of_another_room(token: str, key: bytes) -> str:
    return MeetingTokens(key).issue(f"c{'0' * 32}", time.time() + 60)


def of_no_room(token: str, key: bytes) -> str:
    return jwt.encode({"iat": 1, "exp": time.time() + 60, "r": ["x"]}, key)


FORGERIES: list[Callable[[str, bytes], str]] = [
    tampered,
    unsigned,
    of_another_server,
    without_end,
    of_another_room,
    of_no_room,
    lambda token, key: token + "x" * 5000,
    lambda token, key: "é",
    lambda token, key: "a.b.c",
]


async def test_a_forged_token_opens_nothing(api: Api, private: dict[str, Any]) -> None:
    for number, forge in enumerate(FORGERIES):
        token = forge(private["meeting_token"], key_of(api))
        answer = await join(api, private["conversation_id"], t=token)
        assert (answer.status_code, answer.json()) == (403, REFUSED), number


async def test_an_expired_token_says_so(api: Api, private: dict[str, Any]) -> None:
    old = MeetingTokens(key_of(api)).issue(private["conversation_id"], time.time() - 1)
    answer = await join(api, private["conversation_id"], old)
    assert (answer.status_code, answer.json()["message"]) == (401, EXPIRED)
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_who_was_in_comes_back_by_the_secret_of_the_session(api: Api, private: dict[str, Any]) -> None:
    name = private["conversation_id"]
    there = (await join(api, name, private["meeting_token"])).headers["location"]
    secret = there.rpartition("/")[2]
    again = await join(api, name, secret)
    assert again.status_code == 201
    events = await api.http.get(f"/{name}/events", headers=bearer(secret))
    assert events.status_code == 200
    assert (await join(api, name, "p1")).status_code == 403, "everybody knows participants' ids"

    other = (await api.create(require_auth=True))["conversation_id"]
    assert (await join(api, other, secret)).status_code == 403
    assert (await api.http.delete(there)).status_code == 200
    assert (await join(api, name, secret)).status_code == 403, "who left comes back by a token"


async def test_the_name_and_id_of_a_token_are_those_of_the_participant(
    api: Api, private: dict[str, Any]
) -> None:
    name = private["conversation_id"]
    answer = await api.http.post(
        f"/v2/conversations/{name}/tokens", json={"user_id": "u1", "user_name": "Ada"}
    )
    assert answer.status_code == 200
    first = await join(api, name, answer.json()["meeting_token"], user_id="u2", user_name="Eve")
    await join(api, name, first.headers["location"].rpartition("/")[2], user_id="u2")
    await join(api, name, private["meeting_token"], user_id="u3", user_name="Bo")
    people = api.held(name)[0].people
    told = [(people[who].user_id, people[who].user_name) for who in ("p1", "p2", "p3")]
    assert told == [("u1", "Ada"), ("u1", "Ada"), ("u3", "Bo")]


async def test_a_token_that_cannot_be_is_refused(api: Api, private: dict[str, Any]) -> None:
    for body in (
        {"exp": 1},
        {"exp": int(time.time()) + 100_000},
        {"exp": "soon"},
        {"user_name": "x" * 201},
        {"user_id": "tavus-replica-1"},
    ):
        answer = await api.http.post(f"/v2/conversations/{private['conversation_id']}/tokens", json=body)
        assert answer.status_code == 400, body


async def test_only_a_private_conversation_that_goes_on_has_tokens(api: Api, private: dict[str, Any]) -> None:
    public = (await api.create())["conversation_id"]
    await api.http.post(f"/v2/conversations/{private['conversation_id']}/end")
    for name in (public, private["conversation_id"], "unknown"):
        answer = await api.http.post(f"/v2/conversations/{name}/tokens", json={})
        assert answer.status_code == 400
    path = f"/v2/conversations/{public}/tokens"
    assert (await api.http.post(path, json={}, headers={"x-api-key": ""})).status_code == 401


async def test_when_it_is_over_anybody_with_the_link_is_told_so_and_no_word_of_it(
    api: Api, private: dict[str, Any]
) -> None:
    name = private["conversation_id"]
    secret = (await join(api, name, private["meeting_token"])).headers["location"].rpartition("/")[2]
    await api.http.post(f"/v2/conversations/{name}/end")
    assert (await api.http.get(f"/{name}/status")).json()["status"] == "ended"
    assert (await api.http.get(f"/{name}/events")).status_code == 403
    last = await api.http.get(f"/{name}/events", headers=bearer(secret))
    assert last.json()["data"][-1]["event_type"] == "system.shutdown", "but who was there reads the end"


def test_sessions_are_forgotten_some_minutes_after_their_conversation() -> None:
    clock = [0.0]
    sessions = Sessions(lambda: clock[0])
    there = {"a", "b"}
    secrets = {name: sessions.admit(name, "p1", ANYBODY) for name in there}
    there.discard("a")
    for clock[0], known in ((1.0, True), (LINGER, True), (LINGER + 1, False)):
        sessions.tidy(there.__contains__)
        assert (sessions.find("a", secrets["a"]) is not None) is known
    assert sessions.find("b", secrets["b"]) and not sessions.find("b", secrets["a"])


def test_of_many_sessions_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_sessions, "MOST_KNOWN", 3)
    sessions = Sessions()
    secrets = [sessions.admit("a", f"p{n}", ANYBODY) for n in range(5)]
    assert [sessions.find("a", secret) is not None for secret in secrets] == [False, False, True, True, True]


async def test_a_token_of_a_server_with_another_secret_opens_nothing(run_server: RunServer) -> None:
    async with run_server(secret_key="k" * 40) as api:
        created = await api.create(require_auth=True)
        name = created["conversation_id"]
        assert (await join(api, name, created["meeting_token"])).status_code == 201
        foreign = MeetingTokens(Vault("j" * 40).derive("meeting tokens"))
        assert (await join(api, name, foreign.issue(name, time.time() + 60, Guest()))).status_code == 403


async def test_a_deleted_one_that_takes_long_to_end_lets_nobody_in(api: Api, private: dict[str, Any]) -> None:
    name = private["conversation_id"]
    await api.store.conversations.hide(name)
    assert api.supervisor.holds(name)
    assert (await join(api, name)).status_code == 403
    assert (await api.http.get(f"/{name}/chat", headers={"x-api-key": ""})).status_code == 403
    await api.store.conversations.delete(name)
    assert (await join(api, name)).status_code == 404
