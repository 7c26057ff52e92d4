"""What every request is held to, whatever its route."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.server.conftest import Api, RunServer
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.tools import TOOL
from visavis.server.store import Resource, resources
from visavis.server.vault import SEALED, Vault


async def test_a_nul_is_refused_wherever_it_is(api: Api) -> None:
    for body in (b'{"system_prompt": "a\\u0000b"}', b'{"system_prompt": "x", "layers": {"a\\u0000": 1}}'):
        answer = await api.http.post("/v2/personas", content=body)
        assert (answer.status_code, answer.json()["error"]) == (400, "the body holds a NUL character")
    for path in ("/v2/personas/p%00", "/c%00/status", "/c%00"):
        assert (await api.http.get(path)).status_code == 404
    query = await api.http.get("/v2/documents?name_or_uuid=%00")
    assert (query.status_code, query.json()["message"]) == (400, "the query holds a NUL character")
    spelt = await api.http.post("/v2/personas", json={"system_prompt": "Say \\u0000 and \\\\u0000."})
    assert spelt.status_code == 200, "a backslash and letters are only a text"


async def test_a_body_is_nested_as_deep_as_anybody_needs(api: Api) -> None:
    for depth, status in ((90, 200), (120, 400), (100_000, 400)):
        body = f'{{"system_prompt": "[[[{{", "extra": {"[" * depth}{"]" * depth}}}'
        answer = await api.http.post("/v2/personas", content=body)
        assert answer.status_code == status, depth
        if status == 200:
            path = f"/v2/personas/{answer.json()['persona_id']}"
            patch = [{"op": "replace", "path": "/greeting", "value": "x"}]
            assert (await api.http.patch(path, json=patch)).status_code == 200


async def test_what_is_not_there_is_404_and_a_wrong_method_405_both_in_words(api: Api) -> None:
    for path in ("/v2/nothing", "/v2", "/v2/personas/p1/nothing/at/all", "/no/such/page"):
        answer = await api.http.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["message"] == answer.json()["error"] != ""
    answer = await api.http.put("/v2/personas", json={})
    assert (answer.status_code, answer.json()["error"]) == (405, "Method Not Allowed")
    assert answer.headers["allow"]


async def test_head_is_get_without_a_body_and_does_not_wait_for_a_stream(api: Api) -> None:
    created = await api.create()
    for path in ("/v2/personas", "/v2/personas/p-vera", "/openapi.json", "/docs", "/healthz"):
        answer = await api.http.head(path)
        assert (answer.status_code, answer.content) == (200, b""), path
        assert answer.headers["content-type"]
    stream = f"/v2/conversations/{created['conversation_id']}/events"
    async with asyncio.timeout(10):
        answer = await api.http.head(stream, headers={"accept": "text/event-stream"})
    assert answer.status_code == 200 and "event-stream" in answer.headers["content-type"]
    missing = await api.http.head("/v2/personas/pnope")
    assert (missing.status_code, missing.content) == (400, b"")


async def test_a_browser_may_ask_before_it_patches(api: Api) -> None:
    asking = {"origin": "https://app.test", "access-control-request-method": "PATCH"}
    answer = await api.http.options("/v2/personas/p1", headers={**asking, "x-api-key": ""})
    assert answer.status_code == 200 and "PATCH" in answer.headers["access-control-allow-methods"]


async def test_secrets_of_before_they_were_sealed_are_sealed_when_the_server_starts(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "AT_ONCE", 2)
    layer = {"base_url": "http://llm.test", "api_key": "sk-old", "default_query": {"key": "sk-query"}}
    tool = {"name": "t", "delivery": {"api": {"url": "https://a.test/?sig=sk-url"}}}
    async with run_server() as api:
        vault = Vault.from_settings(api.settings)
        partly = {**layer, "api_key": vault.seal("sk-old")}
        for name, llm in (("p-open", layer), ("p-partly", partly), ("p-none", {"model": "m"})):
            document = {"system_prompt": "x", "layers": {"llm": llm}}
            await api.store.resources.add(Resource(id=name, kind=PERSONA, document=document))
        await api.store.resources.add(Resource(id="t-open", kind=TOOL, document=tool))
    versions = []
    for _ in range(2):
        async with run_server() as api:
            rows = list(await api.store.resources.all(PERSONA, TOOL))
            versions.append([row.version for row in rows])
    texts = {row.id: json.dumps(row.document) for row in rows}
    assert len(rows) == 4 and not [name for name, text in texts.items() if "sk-" in text]
    assert {name: text.count(SEALED) for name, text in texts.items()} == {
        "p-open": 2,
        "p-partly": 2,
        "p-none": 0,
        "t-open": 1,
    }
    assert versions[0] == versions[1], "once is enough"
