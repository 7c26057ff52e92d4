"""How often one may ask, and what a refusal looks like."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from pydantic import ValidationError

from tests.server.conftest import KEY, RunServer
from tests.server.fakes import GOOD_OFFER, FakeLLM, TaskLauncher
from visavis.config import Settings
from visavis.server.access.guard import address_of
from visavis.server.access.limits import Limit, Limits
from visavis.server.app import create_app
from visavis.server.serving import _uvicorn_config
from visavis.server.store import Store
from visavis.server.workers.supervisor import Supervisor

SDP = {"content-type": "application/sdp"}


def refused(answer: httpx.Response) -> bool:
    if answer.status_code != 429:
        return False
    error = answer.json()
    assert error["message"] == error["error"] != ""
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    return True


async def test_a_key_that_asks_too_often_is_told_to_wait_and_others_are_not(run_server: RunServer) -> None:
    async with run_server(rate_limit_api="3/minute", api_keys=[KEY, "other"]) as api:
        answers = [await api.http.get("/v2/replicas") for _ in range(5)]
        assert [refused(answer) for answer in answers] == [False] * 3 + [True] * 2
        other = await api.http.get("/v2/replicas", headers={"x-api-key": "other"})
        assert other.status_code == 200
        assert (await api.http.get("/healthz")).status_code == 200


async def test_joining_is_limited_by_address_and_what_costs_nothing_is_not(run_server: RunServer) -> None:
    async with run_server(rate_limit_join="3/minute") as api:
        name = (await api.create())["conversation_id"]
        for _ in range(5):
            assert (await api.http.get("/healthz")).status_code == 200
            assert (await api.http.get("/")).status_code == 200
        joined = await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP)
        status = await api.http.get(f"/{name}/status")
        assert (joined.status_code, status.status_code) == (201, 200)
        await api.http.get(f"/c{'0' * 32}/status")
        assert refused(await api.http.post(f"/{name}/whip", content=GOOD_OFFER, headers=SDP))
        assert (await api.http.get("/v2/replicas")).status_code == 200


async def test_guessing_keys_is_slowed_down_without_locking_out_who_was_there(run_server: RunServer) -> None:
    async with run_server(rate_limit_failed_keys="3/minute", api_keys=[KEY, "other"]) as api:
        assert (await api.http.get("/v2/replicas")).status_code == 200
        for guess in ("a", "b", "c"):
            wrong = await api.http.get("/v2/replicas", headers={"x-api-key": guess})
            assert wrong.status_code == 401
        for guess in ("d", "other"):
            assert refused(await api.http.get("/v2/replicas", headers={"x-api-key": guess})), "right or not"
        assert (await api.http.get("/v2/replicas")).status_code == 200


async def test_a_limit_that_is_off_is_off(run_server: RunServer) -> None:
    async with run_server(rate_limit_api="off") as api:
        assert Limits(api.settings).api.take("anybody") == 0
    limit = Limit("off")
    assert not any(limit.take("x") or limit.spent("x") for _ in range(10_000))


@pytest.mark.parametrize(
    "given",
    [
        {"rate_limit_api": "many"},
        {"rate_limit_join": ""},
        {"rate_limit_join": "10/fortnight"},
        {"cors_origins": ["https://a.test; script-src *"]},
        {"cors_origins": ["https://*.a.test"]},
        {"frame_ancestors": ["'none'; script-src *"]},
        {"frame_ancestors": ["https://a.test\r\nx: y"]},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_at_start(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**given)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_an_ipv6_customer_is_one_address(client: object, address: str) -> None:
    assert address_of({"client": client}) == address


@asynccontextmanager
async def serving(tmp_path: Path, **given: Any) -> AsyncIterator[str]:
    """A server on a real socket: ``host:port``."""
    settings = Settings(data_dir=tmp_path, api_keys=[KEY], workers=1, **given)
    supervisor = Supervisor(settings, launcher=TaskLauncher(), llm=FakeLLM())
    app = create_app(settings, supervisor, Store.from_settings(settings))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_uvicorn_config(app, settings))
        running = asyncio.create_task(server.serve([listener]))
        await supervisor.wait_ready()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await running


@pytest.mark.parametrize(
    ("trusted", "expected"), [(["127.0.0.1"], [404, 404, 404, 429]), ([], [404, 404, 429, 429])]
)
async def test_only_a_trusted_proxy_says_who_asks(
    tmp_path: Path, trusted: list[str], expected: list[int]
) -> None:
    async with (
        serving(tmp_path, rate_limit_join="2/minute", trusted_proxies=trusted) as here,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        path = f"{here}/c{'0' * 32}"
        found = [
            (await http.get(f"http://{path}/status", headers={"x-forwarded-for": who})).status_code
            for who in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1")
        ]
        assert found == expected
        with pytest.raises(websockets.InvalidStatus) as error:
            await websockets.connect(
                f"ws://{path}/chat", additional_headers={"x-forwarded-for": "192.0.2.1"}, proxy=None
            )
        assert error.value.response.status_code == 429


async def test_headers_without_end_end_the_connection(tmp_path: Path) -> None:
    async with serving(tmp_path) as here, httpx.AsyncClient(trust_env=False) as http:
        url = f"http://{here}/healthz"
        assert (await http.get(url, headers={"x-much": "x" * 30_000})).status_code == 200
        with contextlib.suppress(httpx.TransportError):  # it hangs up while we still send
            assert (await http.get(url, headers={"x-more": "x" * 1_000_000})).status_code == 400
