"""``/v2/tools`` and the tools of personas."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api
from visavis.server.vault import SEALED

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
API = {
    "url": "https://api.example.com/weather/{city}",
    "method": "GET",
    "headers": {"X-Key": "header-secret", "Accept": "application/json"},
    "auth": {"type": "bearer", "token": "bearer-secret"},
}

MASKED = {"headers": {"X-Key": "********"}, "auth": {"type": "bearer", "token": "********"}}


async def make(api: Api, **body: Any) -> dict[str, Any]:
    whole = {"name": "weather", "description": "The weather.", "parameters": PARAMETERS, **body}
    answer = await api.http.post("/v2/tools", json=whole)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def persona(api: Api, path: str = "/v2/personas", **body: Any) -> str:
    answer = await api.http.post(path, json={"system_prompt": "Be kind.", **body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["persona_id"])


async def stored(api: Api, tool_id: str) -> str:
    row = await api.store.resources.get(tool_id, "tool")
    assert row is not None
    return str(row.document)


async def test_a_tool_is_read_back_with_the_documented_defaults(api: Api) -> None:
    made = await make(api)
    found = (await api.http.get(f"/v2/tools/{made['tool_id']}/")).json()
    assert found == made
    assert found["delivery"] == {"app_message": True}
    assert (found["origin"], found["trigger_type"]) == ("llm", "in_call")
    assert (found["on_call"], found["on_resolve"]) == ("generate_filler", "fire_and_forget")
    assert found["tags"] == [] and found["parameters"] == PARAMETERS


async def test_what_cannot_work_is_refused_under_both_keys(api: Api) -> None:
    answer = await api.http.post("/v2/tools", json={"name": "get-weather", "description": "x"})
    assert answer.status_code == 400
    assert answer.json()["error"] == answer.json()["message"]
    assert "name" in answer.json()["error"]


async def test_a_name_is_taken_until_its_tool_is_gone(api: Api) -> None:
    made = await make(api)
    answer = await api.http.post("/v2/tools", json={"name": "weather", "description": "Again."})
    assert answer.status_code == 400
    assert (await api.http.delete(f"/v2/tools/{made['tool_id']}")).status_code == 204
    await make(api)
    assert (await api.http.get(f"/v2/tools/{made['tool_id']}")).status_code == 404


async def test_lists_are_filtered_sorted_and_paged(api: Api) -> None:
    for name, tags in (("one", ["a"]), ("two", ["a", "b"]), ("three", [])):
        await make(api, name=name, tags=tags)

    async def names(query: str) -> list[str]:
        answer = (await api.http.get(f"/v2/tools?{query}")).json()
        assert answer["total_count"] >= len(answer["data"])
        return [one["name"] for one in answer["data"]]

    assert await names("limit=25&page=1&type=user&sort=asc") == ["one", "two", "three"]
    assert await names("sort=asc&limit=2&page=2") == ["three"]
    assert await names("tags=b,c") == ["two"]
    assert await names("name_or_uuid=T&sort=asc") == ["two", "three"]
    assert await names("type=system") == []
    assert (await api.http.get("/v2/tools?type=other")).status_code == 400


async def test_secrets_are_masked_in_answers_and_sealed_at_rest(api: Api) -> None:
    made = await make(api, delivery={"api": API})
    shown = made["delivery"]["api"]
    assert shown["auth"] == {"type": "bearer", "token": "********"}
    assert shown["headers"] == {"X-Key": "********", "Accept": "application/json"}
    kept = await stored(api, made["tool_id"])
    assert "secret" not in kept and kept.count(SEALED) == 2
    forged = {"url": "https://a.example", "auth": {"type": "bearer", "token": f"{SEALED}x"}}
    answer = await api.http.post(
        "/v2/tools", json={"name": "forged", "description": "x", "delivery": {"api": forged}}
    )
    assert answer.status_code == 400


async def secrets_used(api: Api, tool_id: str) -> tuple[Any, Any]:
    """What a conversation would send."""
    name = await persona(api, tool_ids=[tool_id])
    created = await api.create(persona_id=name)
    (tool,) = api.held(created["conversation_id"])[1].spec.tools
    assert tool.api is not None
    token = getattr(tool.api.auth, "token", None)
    return token, (tool.api.headers or {}).get("X-Key")


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "What it is like outside."},
        {"delivery": {"api": {**API, **MASKED}}},
        {"delivery": {"api": {"url": "https://api.example.com/other/{city}"}}},
        {"delivery": {"api": {**API, **MASKED, "auth": {"type": "bearer"}}}},
    ],
)
async def test_a_change_keeps_the_secrets_that_it_does_not_bring(api: Api, changes: dict[str, Any]) -> None:
    tool_id = (await make(api, delivery={"api": API}))["tool_id"]
    answer = await api.http.patch(f"/v2/tools/{tool_id}", json=changes)
    assert answer.status_code == 200, answer.text
    assert await secrets_used(api, tool_id) == ("bearer-secret", "header-secret")


async def test_a_whole_answer_can_be_sent_back(api: Api) -> None:
    made = await make(api, delivery={"api": API})
    answer = await api.http.patch(f"/v2/tools/{made['tool_id']}", json=made)
    assert answer.status_code == 200, answer.text
    assert {**answer.json(), "updated_at": 0} == {**made, "updated_at": 0}
    assert await secrets_used(api, made["tool_id"]) == ("bearer-secret", "header-secret")


async def test_null_takes_a_secret_away_and_another_server_does_not_get_it(api: Api) -> None:
    tool_id = (await make(api, delivery={"api": API}))["tool_id"]
    moved = {"url": "https://other.example/{city}", "method": "GET"}
    masked = {**moved, "auth": MASKED["auth"]}
    for there, status in ((masked, 400), (moved, 200)):
        answer = await api.http.patch(f"/v2/tools/{tool_id}", json={"delivery": {"api": there}})
        assert answer.status_code == status, answer.text
    assert await secrets_used(api, tool_id) == (None, None)


async def test_a_json_patch_is_a_change_too(api: Api) -> None:
    tool_id = (await make(api, delivery={"api": API}, tags=["old"]))["tool_id"]
    path = f"/v2/tools/{tool_id}"
    patch = [
        {"op": "replace", "path": "/delivery/api/url", "value": "https://api.example.com/now/{city}"},
        {"op": "replace", "path": "/on_call", "value": "silent"},
        {"op": "remove", "path": "/tags"},
    ]
    answer = await api.http.patch(path, json=patch)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["delivery"]["api"]["url"] == "https://api.example.com/now/{city}"
    assert (found["on_call"], found["tags"]) == ("silent", [])
    assert await secrets_used(api, tool_id) == ("bearer-secret", "header-secret")
    moved = [{"op": "replace", "path": "/delivery/api/url", "value": "https://other.example"}]
    for wrong, status in (
        (moved, 400),
        ([{"op": "replace", "path": "/nothing/here", "value": 1}], 400),
        ([{"op": "replace", "path": "", "value": 1}], 400),
        ([{"op": "dance", "path": "/name"}], 422),
        ([{"path": "/name"}], 422),
        ([1], 422),
        ([{"op": "replace", "path": "name", "value": "x"}], 422),
    ):
        assert (await api.http.patch(path, json=wrong)).status_code == status, wrong
    described = (await api.http.get("/openapi.json")).json()["paths"]["/v2/tools/{tool_id}"]["patch"]
    assert {"200", "400", "422"} <= described["responses"].keys()


async def test_a_change_is_checked_as_a_whole(api: Api) -> None:
    tool_id = (await make(api))["tool_id"]
    assert (await api.http.patch(f"/v2/tools/{tool_id}", json={"origin": "vision"})).status_code == 200
    answer = await api.http.patch(f"/v2/tools/{tool_id}", json={"on_call": "silent"})
    assert answer.status_code == 400 and "on_call" in answer.json()["error"]
    assert (await api.http.patch("/v2/tools/tnone", json={"description": "x"})).status_code == 404


async def test_a_persona_has_tools_in_its_order(api: Api) -> None:
    first, second = (await make(api, name="one"))["tool_id"], (await make(api, name="two"))["tool_id"]
    name = await persona(api, "/v2/pals")
    for _ in range(2):
        answer = await api.http.post(f"/v2/pals/{name}/tools/", json={"tool_ids": [second, first, second]})
        assert answer.json()["tool_ids"] == [second, first], "what is there already is no error"
    brief = (await api.http.get(f"/v2/pals/{name}/tools/")).json()
    assert [one["name"] for one in brief["data"]] == ["two", "one"] and brief["total_count"] == 2
    assert "parameters" not in brief["data"][0]
    whole = (await api.http.get(f"/v2/personas/{name}/tools?verbose=true")).json()
    assert whole["data"][0] == (await api.http.get(f"/v2/tools/{second}")).json()
    assert (await api.http.get(f"/v2/personas/{name}")).json()["tool_ids"] == [second, first]
    assert (await api.http.delete(f"/v2/pals/{name}/tools/{second}")).status_code == 204
    assert (await api.http.delete(f"/v2/pals/{name}/tools/{second}")).status_code == 404
    assert (await api.http.get(f"/v2/personas/{name}")).json()["tool_ids"] == [first]
    await api.http.delete(f"/v2/tools/{first}")
    assert (await api.http.get(f"/v2/personas/{name}")).json()["tool_ids"] == []


async def test_a_persona_takes_no_tools_that_it_cannot_have(api: Api) -> None:
    tool_id = (await make(api))["tool_id"]
    name = await persona(api)
    for path, body in (
        (f"/v2/personas/{name}/tools", {"tool_ids": ["tnone"]}),
        (f"/v2/personas/{name}/tools", {"tool_ids": []}),
        (f"/v2/personas/{name}/tools", {"tool_ids": [f"t{n}" for n in range(51)]}),
        ("/v2/personas/pnone/tools", {"tool_ids": [tool_id]}),
        ("/v2/personas/p-vera/tools", {"tool_ids": [tool_id]}),
        ("/v2/personas", {"system_prompt": "Be kind.", "tool_ids": ["tnone"]}),
    ):
        assert (await api.http.post(path, json=body)).status_code == 400, (path, body)


async def test_a_conversation_gets_the_tools_of_its_persona(api: Api) -> None:
    inline = [{"type": "function", "function": {"name": name}} for name in ("weather", "look")]
    ids = [
        (await make(api, on_resolve="generate_response", delivery={"api": API}))["tool_id"],
        (await make(api, name="wave", origin="vision"))["tool_id"],
        (await make(api, name="report", trigger_type="post_call", delivery={"api": API}))["tool_id"],
    ]
    name = await persona(api, tool_ids=ids, layers={"llm": {"tools": inline}})
    created = await api.create(persona_id=name)
    spec = api.held(created["conversation_id"])[1].spec
    assert [(tool.name, tool.origin) for tool in spec.tools] == [("weather", "llm"), ("wave", "vision")]
    config = spec.config()
    offered = {tool["function"]["name"]: tool for tool in config.tools}
    assert list(offered) == ["look", "weather"], "an inline tool gives way to one of its name"
    assert offered["weather"]["on_call"] == "generate_filler"
    assert offered["weather"]["function"]["parameters"] == PARAMETERS
    assert config.api_tools == ("weather",)
    assert "secret" not in str(config), "the log of inputs holds it"


@pytest.mark.parametrize("changes", [{"url": "https://["}, {"auth": {"token_url": "https://["}}])
async def test_a_change_to_an_address_that_is_none_is_refused(api: Api, changes: dict[str, Any]) -> None:
    made = await make(api, delivery={"api": API})
    body = {"delivery": {"api": {**API, **changes}}}
    answer = await api.http.patch(f"/v2/tools/{made['tool_id']}", json=body)
    assert answer.status_code == 400
