from __future__ import annotations

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.server.conftest import Api, RunServer
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.access.auth import (
    FRESH,
    Keyring,
    configured_keys,
    development_key,
    development_key_path,
    digest_of,
    is_loopback,
    require_keys,
)
from visavis.server.access.scopes import EVERYTHING, SCOPES
from visavis.server.serving import bind
from visavis.server.store import ApiKey, Store
from visavis.server.store.keys import Keys

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
    (key,) = configured_keys(settings)
    assert len(key) > 30
    assert stat.S_IMODE(development_key_path(settings).stat().st_mode) == 0o600
    assert development_key(settings) == key, "the same one the next time"


async def test_the_development_key_opens_the_rest_api(run_server: RunServer) -> None:
    async with run_server(api_keys=[]) as api:
        key = development_key(api.settings)
        answer = await api.http.get("/v2/conversations", headers={"x-api-key": key})
        assert answer.status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
async def test_beyond_loopback_there_must_be_a_key(tmp_path: Path, host: str) -> None:
    assert not is_loopback(host)
    settings = Settings(host=host, data_dir=tmp_path)
    assert configured_keys(settings) == []
    with pytest.raises(ConfigurationError, match="api_keys"):
        await require_keys(settings)
    await require_keys(settings.model_copy(update={"api_keys": [SecretStr("k")]}))


async def test_a_stored_key_is_enough_beyond_loopback_while_it_opens_anything(tmp_path: Path) -> None:
    settings = Settings(host="0.0.0.0", data_dir=tmp_path)
    store = Store.from_settings(settings)
    await store.open()
    await store.keys.add(stored("one"))
    await require_keys(settings)
    await store.keys.revoke("one")
    with pytest.raises(ConfigurationError, match="visavis keys create"):
        await require_keys(settings)
    await store.close()


async def test_an_empty_key_never_opens_anything() -> None:
    assert await Keyring([""]).find("") is None
    assert await Keyring([]).find("") is None


def stored(name: str, *scopes: str, expires_at: datetime | None = None) -> ApiKey:
    """A key whose secret is its name."""
    return ApiKey(
        id=name,
        name=name,
        prefix=name[:10],
        digest=digest_of(name),
        scopes=list(scopes or [EVERYTHING]),
        expires_at=expires_at,
    )


async def status(api: Api, key: str, method: str = "GET", path: str = "conversations", **body: Any) -> int:
    answer = await api.http.request(
        method, f"/v2/{path}", headers={"x-api-key": key}, json=body if method == "POST" else None
    )
    return answer.status_code


async def test_a_stored_key_opens_the_rest_api_until_it_is_revoked_or_expires(api: Api) -> None:
    now = datetime.now(UTC)
    await api.store.keys.add(stored("good", expires_at=now + timedelta(hours=1)))
    await api.store.keys.add(stored("old", expires_at=now - timedelta(seconds=1)))
    assert await status(api, "good") == 200
    assert await status(api, "old") == 401
    await api.store.keys.revoke("good")
    async with asyncio.timeout(FRESH + 2):
        while await status(api, "good") == 200:  # noqa: ASYNC110 - another process revoked it
            await asyncio.sleep(0.05)
    assert await status(api, "good") == 401


async def test_a_key_may_do_what_its_scopes_say_and_is_told_which_it_lacks(api: Api) -> None:
    for scope in SCOPES:
        await api.store.keys.add(stored(f"key {scope}", scope))
    name = (await api.create())["conversation_id"]
    persona = {"persona_name": "P", "system_prompt": "Be kind."}
    calls, kept = "conversations", "resources"
    asked: list[tuple[str, str, str, dict[str, Any]]] = [
        (f"{calls}:read", "GET", "conversations", {}),
        (f"{calls}:read", "GET", f"conversations/{name}/events", {}),
        (f"{calls}:write", "POST", "conversations", {"test_mode": True}),
        (
            f"{calls}:write",
            "POST",
            "interactions",
            {"conversation_id": name, "event_type": "conversation.interrupt"},
        ),
        (f"{kept}:read", "GET", "personas", {}),
        (f"{kept}:read", "GET", "replicas", {}),
        (f"{kept}:write", "POST", "personas", persona),
        (f"{kept}:write", "DELETE", "personas/unknown", {}),
    ]
    for needed, method, path, body in asked:
        for scope in SCOPES:
            allowed = scope in (needed, f"{needed.partition(':')[0]}:write", EVERYTHING)
            found = await status(api, f"key {scope}", method, path, **body)
            assert (found == 403) is not allowed, (scope, method, path, found)
    refused = await api.http.get("/v2/personas", headers={"x-api-key": f"key {calls}:write"})
    assert refused.json()["message"] == "this API key lacks the scope resources:read"


async def test_the_last_use_of_a_key_is_noted_once_a_minute_and_looked_up_once_a_second(api: Api) -> None:
    await api.store.keys.add(stored("good"))
    clock = [0.0]
    noted: list[str] = []
    looked_up: list[str] = []

    class Counted(Keys):
        async def used(self, key_id: str) -> None:
            noted.append(key_id)
            await api.store.keys.used(key_id)

        async def by_digest(self, digest: str) -> ApiKey | None:
            looked_up.append(digest)
            return await api.store.keys.by_digest(digest)

    keyring = Keyring(["own"], Counted(None), lambda: clock[0])  # type: ignore[arg-type]
    for moment in (0.0, 0.5, FRESH, 59.0, 60.0):
        clock[0] = moment
        assert await keyring.find("good")
    assert await keyring.find("own")
    assert (noted, len(looked_up)) == (["good", "good"], 4)
    (row,) = await api.store.keys.all()
    assert row.last_used_at is not None


def test_a_taken_port_is_a_configuration_error() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(ConfigurationError, match="cannot listen on"):
            bind("127.0.0.1", taken.getsockname()[1])
