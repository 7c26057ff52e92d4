"""What browsers are told: who may ask, who may frame, what may be kept."""

from __future__ import annotations

import pytest

from tests.server.conftest import Api, RunServer
from tests.server.fakes import GOOD_OFFER
from tests.server.test_page import ANY, built

__all__ = ["built"]

SDP = {"content-type": "application/sdp"}
ORIGIN = "https://shop.example"


async def test_answers_with_secrets_are_kept_by_nobody(api: Api) -> None:
    created = await api.http.post("/v2/conversations", json={"require_auth": True})
    name = created.json()["conversation_id"]
    bearer = {"authorization": f"Bearer {created.json()['meeting_token']}"}
    joined = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers={**SDP, **bearer})
    status = await api.http.get(f"/{name}/status", headers=bearer)
    for answer in (created, joined, status, await api.http.get(f"/{name}/status")):
        assert answer.headers["cache-control"] == "no-store"
    assert created.headers["content-security-policy"].startswith("default-src 'none'")
    assert "no-store" not in (await api.http.get("/spec/v1/asyncapi.json")).headers.get("cache-control", "")


@pytest.mark.usefixtures("built")
async def test_the_page_may_load_its_own_and_use_devices_and_nothing_else(api: Api) -> None:
    headers = (await api.http.get(f"/{ANY}")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == policy["default-src"] == policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert {"camera=(self)", "microphone=(self)", "geolocation=()"} <= set(
        headers["permissions-policy"].split(", ")
    )
    assert "x-frame-options" not in headers


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("ancestors", "policy", "older"),
    [
        ([], "frame-ancestors 'none'", "DENY"),
        (["self"], "frame-ancestors 'self'", "SAMEORIGIN"),
        (["self", ORIGIN], f"frame-ancestors 'self' {ORIGIN}", None),
    ],
)
async def test_the_operator_says_who_may_frame_a_call(
    run_server: RunServer, ancestors: list[str], policy: str, older: str | None
) -> None:
    async with run_server(frame_ancestors=ancestors) as api:
        headers = (await api.http.get(f"/{ANY}")).headers
        assert headers["content-security-policy"].endswith(policy)
        assert headers.get("x-frame-options") == older


async def test_what_only_says_something_runs_nothing_and_is_not_framed(api: Api) -> None:
    for path in ("/", "/spec/v1/index.html"):
        answer = await api.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )


async def test_only_origins_that_are_named_may_ask(run_server: RunServer) -> None:
    async with run_server(cors_origins=[ORIGIN]) as api:
        for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
            answer = await api.http.get("/v2/replicas", headers={"origin": origin})
            assert answer.headers.get("access-control-allow-origin") == allowed
            preflight = await api.http.options(
                "/v2/replicas", headers={"origin": origin, "access-control-request-method": "GET"}
            )
            assert preflight.headers.get("access-control-allow-origin") == allowed


@pytest.mark.parametrize(
    ("public_url", "strict"),
    [
        ("https://calls.example", True),
        ("https://localhost:7600", False),
        ("http://calls.example", False),
    ],
)
async def test_https_is_asked_for_from_then_on_where_it_is_there(
    run_server: RunServer, public_url: str, strict: bool
) -> None:
    async with run_server(public_url=public_url) as api:
        for path in ("/healthz", "/v2/nothing"):
            assert ("strict-transport-security" in (await api.http.get(path)).headers) is strict
