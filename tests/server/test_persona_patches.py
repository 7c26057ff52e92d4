"""``PATCH /v2/personas/{id}`` (PROTOCOL 2.2): a JSON Patch of what ``GET`` shows."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.server.conftest import Api
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.sealing import MASK, opened
from visavis.server.vault import Vault

LLM = {"base_url": "http://llm.test", "api_key": "sk-secret", "headers": {"x-a": "hidden"}}


NO_PATCHES: list[Any] = [
    {"persona_name": "x"},
    "x",
    [1],
    [{}],
    [{"op": "dance", "path": "/a"}],
    [{"op": "add"}],
    [{"op": "add", "path": "no/slash", "value": 1}],
    [{"op": "replace", "path": "/greeting"}],
    [{"op": "move", "path": "/greeting"}],
    [{"op": "copy", "path": "/greeting", "from": 7}],
]


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


async def make(api: Api, **body: Any) -> str:
    answer = await api.http.post("/v2/pals", json={"system_prompt": "Be kind.", **body})
    assert answer.status_code == 200, answer.text
    return f"/v2/pals/{answer.json()['pal_id']}"


async def patch(api: Api, path: str, *operations: dict[str, Any]) -> httpx.Response:
    return await api.http.patch(path, json=list(operations))


async def secrets_of(api: Api, path: str) -> dict[str, Any]:
    row = await api.store.resources.get(path.rpartition("/")[2], PERSONA)
    assert row is not None
    assert "secret" not in str(row.document) and "hidden" not in str(row.document), "it is sealed"
    layers: dict[str, Any] = opened(row.document, Vault.from_settings(api.settings))["layers"]
    return layers


async def test_any_name_of_a_field_changes_it_under_all(api: Api) -> None:
    path = await make(api, pal_name="Nina", layers={"conversational_flow": {"face_interruptibility": "low"}})
    changed = await patch(
        api,
        path,
        replace("/pal_name", "Nora"),
        {"op": "test", "path": "/persona_name", "value": "Nora"},
        replace("/default_replica_id", "r9"),
        replace("/layers/conversational_flow/pal_interruptibility", "high"),
    )
    assert changed.status_code == 200, changed.text
    read = (await api.http.get(path.replace("pals", "personas"))).json()
    assert {key: value for key, value in read.items() if key != "data"} == changed.json()
    assert (read["persona_name"], read["pal_name"]) == ("Nora", "Nora")
    assert (read["default_face_id"], read["default_replica_id"]) == ("r9", "r9")
    flow = read["layers"]["conversational_flow"]
    assert set(flow.values()) == {"high"} and len(flow) == 3
    gone = await patch(api, path, {"op": "remove", "path": "/default_face_id"})
    assert gone.json()["default_replica_id"] == ""
    older = await patch(api, path, replace("/layers/perception/ambient_awareness_queries", ["Who?"]))
    assert older.json()["layers"]["perception"] == {"visual_awareness_queries": ["Who?"]}
    cleared = await patch(api, path, replace("/layers/perception/visual_awareness_queries", []))
    assert cleared.json()["layers"]["perception"] == {"visual_awareness_queries": []}
    # As tavus-cli does it: the whole layer read, one of its names changed, the others as they were.
    older = await patch(
        api, path, replace("/layers/conversational_flow", {**flow, "face_interruptibility": "verylow"})
    )
    assert set(older.json()["layers"]["conversational_flow"].values()) == {"verylow"}


async def test_what_is_not_set_can_be_replaced_and_added_to(api: Api) -> None:
    path = await make(api)
    changed = await patch(
        api,
        path,
        replace("/greeting", "Hello."),
        replace("/memories", ["likes tea"]),
        {"op": "add", "path": "/document_tags/-", "value": "manual"},
        replace("/layers/perception", {"perception_model": "off"}),
        {"op": "add", "path": "/layers/conversational_flow/wake_phrase", "value": "hey"},
        {"op": "add", "path": "/layers/conferencing", "value": {"username": "pal"}},
        replace("/persona_description", "Kind."),
        {"op": "add", "path": "/disclosure_type", "value": "always"},
    )
    assert changed.status_code == 200, changed.text
    read = changed.json()
    assert (read["greeting"], read["memories"], read["document_tags"]) == (
        "Hello.",
        ["likes tea"],
        ["manual"],
    )
    assert read["layers"].keys() == {"perception", "conversational_flow", "conferencing"}
    assert read["layers"]["conversational_flow"] == {"wake_phrase": "hey"}
    conversation = await api.create(pal_id=path.rpartition("/")[2])
    spec = api.held(conversation["conversation_id"])[1].spec
    assert (spec.greeting, spec.flow.wake_phrase) == ("You are talking with an AI. Hello.", "hey")


async def test_a_patch_that_changes_nothing_is_304_without_a_body(api: Api) -> None:
    path = await make(api, layers={"llm": LLM, "stt": {}})
    before = (await api.http.get(path)).json()
    for operations in (
        [],
        [replace("/system_prompt", "Be kind.")],
        [replace("/greeting", "")],
        [replace("/layers", before["layers"])],
        [replace("/layers/llm/api_key", MASK)],
    ):
        answer = await patch(api, path, *operations)
        assert (answer.status_code, answer.content) == (304, b""), operations
    assert (await api.http.get(path)).json() == before


async def test_what_cannot_be_done_changes_nothing(api: Api) -> None:
    path = await make(api, persona_name="Nina", layers={"llm": LLM})
    for operation, about in (
        ({"op": "test", "path": "/persona_name", "value": "Nora"}, "another"),
        ({"op": "remove", "path": "/nothing"}, "no such place"),
        ({"op": "move", "from": "/nothing", "path": "/greeting"}, "no such place"),
        (replace("/guardrail_ids/5", "x"), "no such place"),
        (replace("", []), "object"),
        (replace("/system_prompt", ""), "system_prompt is required"),
        (replace("/pipeline_mode", "loud"), "pipeline_mode"),
        (replace("/layers/llm/base_url", "ftp://x"), "base_url"),
        (replace("/layers/conversational_flow/sleep_phrase", "bye"), "wake_phrase"),
        (replace("/layers/llm/api_key", "sealed:v1:forged"), "sealed"),
        (replace("/persona_id", "p1"), "persona_id cannot be changed"),
        ({"op": "remove", "path": "/created_at"}, "created_at cannot be changed"),
    ):
        answer = await patch(api, path, replace("/greeting", "Half done."), operation)
        assert answer.status_code == 400, operation
        assert about in answer.json()["error"] and "sk-secret" not in answer.text, operation
    assert (await api.http.get(path)).json()["greeting"] == ""
    for body in NO_PATCHES:
        answer = await api.http.patch(path, json=body)
        assert (answer.status_code, answer.json()["message"]) == (422, "Invalid JSON patch format"), body
    assert (await patch(api, "/v2/pals/p-vera", replace("/greeting", "x"))).status_code == 400
    assert (await patch(api, "/v2/pals/pnope", replace("/greeting", "x"))).json()[
        "error"
    ] == "Invalid persona_id"


async def test_secrets_that_come_back_masked_stay_and_go_wherever_they_are_moved(api: Api) -> None:
    path = await make(api, layers={"llm": LLM})
    read = (await api.http.get(path)).json()["layers"]["llm"]
    assert read == {"base_url": "http://llm.test", "api_key": MASK, "headers": {"x-a": MASK}}
    assert (await patch(api, path, replace("/layers/llm", {**read, "model": "m"}))).status_code == 200
    assert (await secrets_of(api, path))["llm"] == {**LLM, "model": "m"}
    moved = await patch(
        api,
        path,
        {"op": "test", "path": "/layers/llm/api_key", "value": MASK},
        {"op": "copy", "from": "/layers/llm/api_key", "path": "/layers/tts/api_key"},
        {"op": "move", "from": "/layers/llm/headers/x-a", "path": "/layers/llm/headers/x-b"},
        {"op": "copy", "from": "/layers/llm/api_key", "path": "/persona_name"},
        {"op": "copy", "from": "/layers/llm/headers", "path": "/context2"},
        replace("/layers/llm/base_url", "http://llm.test/v2"),
    )
    assert moved.status_code == 200, moved.text
    assert "secret" not in moved.text and "hidden" not in moved.text and "sealed:" not in moved.text
    kept = await secrets_of(api, path)
    assert kept["tts"]["api_key"] == "sk-secret" and kept["llm"]["headers"] == {"x-b": "hidden"}
    assert (moved.json()["persona_name"], moved.json()["context2"]) == (MASK, {"x-b": MASK})
    # Whether a guess is right cannot be told from the answer.
    for guess in ("sk-secret", "sk-wrong"):
        answer = await patch(api, path, {"op": "test", "path": "/layers/llm/api_key", "value": guess})
        assert answer.status_code == 400 and "the value is another" in answer.json()["error"]
    new = await patch(api, path, replace("/layers/llm/api_key", "sk-new-secret"))
    assert new.status_code == 200 and (await secrets_of(api, path))["llm"]["api_key"] == "sk-new-secret"


async def test_a_stored_key_goes_to_no_other_server(api: Api) -> None:
    layers = {"llm": LLM, "tts": {"api_key": "tts-secret"}}
    path = await make(api, layers=layers)
    elsewhere = replace("/layers/llm/base_url", "http://other.test")
    for operations in (
        [elsewhere],
        [replace("/layers/llm", {**LLM, "base_url": "http://other.test", "api_key": MASK, "headers": {}})],
        [{"op": "copy", "from": "/layers/tts/api_key", "path": "/layers/llm/api_key"}],
        [elsewhere, replace("/layers/llm/api_key", "sk-2")],
    ):
        answer = await patch(api, path, *operations)
        assert answer.status_code == 400 and "give the keys again" in answer.json()["error"], operations
    assert (await secrets_of(api, path)) == layers
    keys = [
        replace("/layers/llm/api_key", "sk-2-secret"),
        replace("/layers/llm/headers", {"x-a": "hidden 2"}),
    ]
    assert (await patch(api, path, elsewhere, *keys)).status_code == 200


async def test_nor_does_that_of_a_vision_language_model(api: Api) -> None:
    layers = {"llm": LLM, "perception": {**LLM, "base_url": "http://vlm.test", "api_key": "vlm-secret"}}
    path = await make(api, layers=layers)
    elsewhere = replace("/layers/perception/base_url", "http://llm.test")
    for operations in (
        [elsewhere],
        [{"op": "copy", "from": "/layers/llm/api_key", "path": "/layers/perception/api_key"}],
        [{"op": "copy", "from": "/layers/perception/headers", "path": "/layers/llm/headers"}],
    ):
        answer = await patch(api, path, *operations)
        assert answer.status_code == 400 and "give the keys again" in answer.json()["error"], operations
    assert (await secrets_of(api, path)) == layers
    same = replace("/layers/perception/base_url", "http://vlm.test/v2")
    assert (await patch(api, path, same)).status_code == 200
    keys = [replace("/layers/perception/api_key", "new"), replace("/layers/perception/headers", {})]
    answer = await patch(api, path, elsewhere, *keys)
    assert answer.status_code == 200 and answer.json()["layers"]["perception"]["api_key"] == MASK
    assert (await secrets_of(api, path))["perception"]["api_key"] == "new"


async def test_patches_at_the_same_time_lose_nothing(api: Api) -> None:
    path = await make(api)
    answers = await asyncio.gather(
        *(patch(api, path, {"op": "add", "path": f"/extra{number}", "value": number}) for number in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}
    read = (await api.http.get(path)).json()
    assert [read.get(f"extra{number}") for number in range(5)] == list(range(5))


async def test_a_patch_cannot_cost_more_than_it_says(api: Api) -> None:
    path = await make(api)
    double = [{"op": "copy", "from": "/bomb", "path": f"/bomb/{number}"} for number in range(40)]
    answer = await patch(api, path, {"op": "add", "path": "/bomb", "value": {"a": "x" * 1000}}, *double)
    assert answer.status_code == 400 and "copies more than" in answer.json()["error"]
    deeper = [{"op": "copy", "from": "/deep", "path": "/deep/a"}] * 150
    nested = await patch(api, path, {"op": "add", "path": "/deep", "value": {"a": 1}}, *deeper)
    assert nested.status_code == 400 and "nested" in nested.json()["error"]
    many = await patch(api, path, *[replace("/greeting", "x")] * 1001)
    assert many.status_code == 400 and "1000 operations" in many.json()["error"]


async def test_an_address_that_is_none_can_be_mended(api: Api) -> None:
    layer = {"base_url": "http://models.test", "api_key": "sk-1"}
    path = await make(api, layers={"llm": layer})

    def of_before(document: dict[str, Any]) -> dict[str, Any]:
        llm = {**document["layers"]["llm"], "base_url": "http://["}
        return {**document, "layers": {"llm": llm}}

    await api.store.resources.change(path.rpartition("/")[2], PERSONA, of_before)
    unmended = await patch(api, path, replace("/persona_name", "Else"))
    assert (unmended.status_code, "layers.llm.base_url" in unmended.text) == (400, True)
    elsewhere = await patch(api, path, replace("/layers/llm/base_url", "http://other.test"))
    assert (elsewhere.status_code, "give the keys again" in elsewhere.text) == (400, True)
    both = (replace("/layers/llm/base_url", "http://models.test/v1"), replace("/layers/llm/api_key", "sk-2"))
    assert (await patch(api, path, *both)).status_code == 200
