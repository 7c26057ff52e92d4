from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.server.conftest import Api, RunServer
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.auth import Keyring, api_keys, development_key, development_key_path, is_loopback
from visavis.server.serving import bind

REFUSED = {"message": "Invalid access token", "error": "Invalid access token"}


@pytest.mark.parametrize("path", ["/v2/conversations", "/v2/personas", "/v2/replicas/x", "/v2/", "/v2/nope"])
@pytest.mark.parametrize("key", ["", "wrong", "THE-KEY", "the-key "[:-2], "é"])
async def test_the_rest_api_asks_for_a_good_key(api: Api, path: str, key: str) -> None:
    answer = await api.http.get(path, headers={"x-api-key": key.encode()})
    assert (answer.status_code, answer.json()) == (401, REFUSED)


async def test_a_missing_key_is_refused_before_the_body_is_looked_at(api: Api) -> None:
    del api.http.headers["x-api-key"]
    answer = await api.http.post("/v2/conversations", content=b"{", headers={"x-api-key": ""})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/openapi.json"])
async def test_what_is_no_rest_api_needs_no_key(api: Api, path: str) -> None:
    del api.http.headers["x-api-key"]
    assert (await api.http.get(path)).status_code == 200


async def test_a_browser_of_another_origin_may_ask_with_a_key(api: Api) -> None:
    preflight = await api.http.options(
        "/v2/conversations",
        headers={
            "origin": "https://app.test",
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-api-key,content-type",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"


async def test_a_refusal_can_be_read_by_a_browser_of_another_origin(api: Api) -> None:
    answer = await api.http.get(
        "/v2/conversations", headers={"x-api-key": "wrong", "origin": "https://app.test"}
    )
    assert answer.headers["access-control-allow-origin"] == "*"


def test_on_loopback_without_keys_a_development_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    (key,) = api_keys(settings)
    assert len(key) > 30
    assert stat.S_IMODE(development_key_path(settings).stat().st_mode) == 0o600
    assert development_key(settings) == key, "the same one the next time"


async def test_the_development_key_opens_the_rest_api(run_server: RunServer) -> None:
    async with run_server(api_keys=[]) as api:
        key = development_key(api.settings)
        answer = await api.http.get("/v2/conversations", headers={"x-api-key": key})
        assert answer.status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_beyond_loopback_a_key_must_be_set(tmp_path: Path, host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(ConfigurationError, match="api_keys"):
        api_keys(Settings(host=host, data_dir=tmp_path))
    assert api_keys(Settings(host=host, api_keys=["k"])) == ["k"]


def test_an_empty_key_never_opens_anything() -> None:
    assert "" not in Keyring([""])
    assert "" not in Keyring([])


def test_a_taken_port_is_a_configuration_error() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(ConfigurationError, match="cannot listen on"):
            bind("127.0.0.1", taken.getsockname()[1])
