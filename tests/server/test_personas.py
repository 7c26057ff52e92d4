from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api
from visavis.session.spec import ConversationSpec


async def make(api: Api, path: str = "/v2/personas", **body: Any) -> str:
    answer = await api.http.post(path, json={"system_prompt": "Be kind.", **body})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["persona_id"] == made["pal_id"]
    return str(made["persona_id"])


async def spec_of(api: Api, **body: Any) -> ConversationSpec:
    created = await api.create(**body)
    return api.held(created["conversation_id"])[1].spec


async def test_a_persona_is_read_back_flat_and_under_data_with_both_families_of_names(api: Api) -> None:
    name = await make(api, persona_name="Nina", default_replica_id="r1", layers={"stt": {"hotwords": "x"}})
    found = (await api.http.get(f"/v2/personas/{name}")).json()
    assert (found["persona_id"], found["pal_id"]) == (name, name)
    assert (found["persona_name"], found["pal_name"]) == ("Nina", "Nina")
    assert (found["default_replica_id"], found["default_face_id"]) == ("r1", "r1")
    assert found["layers"]["stt"] == {"hotwords": "x"}, "layers that are not read are kept"
    assert found["data"][0]["persona_name"] == "Nina"
    assert (await api.http.get(f"/v2/pals/{name}")).json() == found


async def test_secrets_of_layers_are_not_told_again(api: Api) -> None:
    llm = {"base_url": "http://llm.test", "api_key": "sk-secret", "headers": {"authorization": "secret"}}
    name = await make(api, layers={"llm": llm})
    answer = await api.http.get(f"/v2/personas/{name}")
    assert "secret" not in answer.text
    assert answer.json()["layers"]["llm"]["api_key"] == "********"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"system_prompt": "  "},
        {"system_prompt": "x", "pipeline_mode": "loud"},
        {"system_prompt": "x", "layers": {"llm": {"base_url": "ftp://x"}}},
        {"system_prompt": "x", "layers": {"conversational_flow": {"turn_taking_patience": "none"}}},
    ],
)
async def test_a_persona_that_cannot_work_is_refused(api: Api, body: dict[str, Any]) -> None:
    answer = await api.http.post("/v2/personas", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_an_unknown_persona_is_a_400(api: Api) -> None:
    answer = await api.http.get("/v2/personas/pnope")
    assert (answer.status_code, answer.json()["error"]) == (400, "Invalid persona_id")


@pytest.mark.parametrize("path", ["/v2/personas", "/v2/pals"])
async def test_a_persona_is_deleted_and_its_conversation_goes_on(api: Api, path: str) -> None:
    name = await make(api)
    created = await api.create(persona_id=name)
    answer = await api.http.delete(f"{path}/{name}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await api.http.get(f"/v2/personas/{name}")).status_code == 400
    users = (await api.http.get("/v2/personas?persona_type=user")).json()
    assert users == {"data": [], "total_count": 0}
    kept = (await api.http.get(f"/v2/conversations/{created['conversation_id']}")).json()
    assert (kept["status"], kept["persona_id"]) == ("active", name)


async def test_what_is_no_persona_of_a_user_cannot_be_deleted(api: Api) -> None:
    name = await make(api)
    assert (await api.http.delete(f"/v2/personas/{name}")).status_code == 204
    for gone in (name, "pnope"):
        answer = await api.http.delete(f"/v2/personas/{gone}")
        assert (answer.status_code, answer.json()["error"]) == (400, "Invalid persona_id")
    answer = await api.http.delete("/v2/personas/p-vera")
    assert answer.status_code == 400 and "comes with the server" in answer.json()["error"]
    assert (await api.http.get("/v2/personas/p-vera")).status_code == 200


async def test_lists_hold_users_and_built_in_personas(api: Api) -> None:
    name = await make(api, persona_name="Nina")
    everything = (await api.http.get("/v2/personas?limit=100")).json()
    names = [row["persona_id"] for row in everything["data"]]
    assert names[0] == name and "p-vera" in names and everything["total_count"] == len(names)
    users = (await api.http.get("/v2/personas?persona_type=user&page=0")).json()
    assert [row["persona_id"] for row in users["data"]] == [name]


async def test_replicas_are_listed_and_read_under_both_names(api: Api) -> None:
    listed = (await api.http.get("/v2/replicas")).json()
    assert listed["total_count"] == 1
    replica = listed["data"][0]
    assert replica["replica_id"] == replica["face_id"] == "r-drawn-vera"
    assert replica["status"] == "completed"
    assert (await api.http.get("/v2/faces/r-drawn-vera")).json() == replica
    assert (await api.http.get("/v2/replicas/rnope")).status_code == 400


async def test_the_default_persona_answers_with_the_servers_own_llm(api: Api) -> None:
    spec = await spec_of(api)
    assert (spec.persona_id, spec.persona_name, spec.replica_id) == ("p-vera", "Vera", "r-drawn-vera")
    assert spec.system_prompt and spec.greeting
    assert spec.llm and spec.llm.base_url == "http://default.test/v1"


@pytest.mark.parametrize("names", [("persona_id", "replica_id"), ("pal_id", "face_id")])
async def test_unknown_stock_ids_get_the_default_persona_and_replica(
    api: Api, names: tuple[str, str]
) -> None:
    spec = await spec_of(api, **{names[0]: "pcb7a34da5fe", names[1]: "r90bbd427f71"})
    assert (spec.persona_id, spec.replica_id) == ("p-vera", "r-drawn-vera")


async def test_what_persona_and_request_say_comes_together(api: Api) -> None:
    persona = await make(
        api, "/v2/pals", pal_name="Nina", context="It is late.", greeting="Hello.", default_face_id="rX"
    )
    spec = await spec_of(
        api,
        pal_id=persona,
        conversational_context="It rains.",
        audio_only=True,
        max_participants=3,
        properties={
            "max_call_duration": 60,
            "participant_left_timeout": 5,
            "participant_absent_timeout": 7,
        },
    )
    assert (spec.persona_name, spec.system_prompt) == ("Nina", "Be kind.")
    assert spec.context == "It is late.\n\nIt rains."
    assert spec.greeting == "Hello."
    assert spec.audio_only and spec.max_participants == 3
    times = (spec.max_call_duration, spec.participant_left_timeout, spec.participant_absent_timeout)
    assert times == (60, 5, 7)
    greeted = await spec_of(api, persona_id=persona, custom_greeting="Good evening.")
    assert greeted.greeting == "Good evening."


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        ({}, 0.0),
        ({"chat": True}, 300.0),
        ({"chat": True, "properties": {"participant_absent_timeout": 9}}, 9.0),
        ({"chat": True, "properties": {"participant_left_timeout": 0}}, 0.0),
    ],
)
async def test_a_chat_waits_for_its_people_to_come_back(api: Api, body: dict[str, Any], wait: float) -> None:
    assert (await spec_of(api, **body)).participant_left_timeout == wait


async def test_a_personas_own_endpoint_gets_its_key_headers_and_tools(api: Api) -> None:
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    llm = {
        "base_url": "http://own.test/v1",
        "api_key": "k",
        "model": "m",
        "headers": {"x-a": "1"},
        "extra_body": {"temperature": 0.1},
        "default_query": {"v": "2"},
        "tools": tools,
        "speculative_inference": False,
    }
    spec = await spec_of(api, persona_id=await make(api, layers={"llm": llm}))
    assert spec.llm and spec.llm.model_dump() == llm


async def test_a_hosted_models_name_means_the_servers_llm_and_no_key_travels_there(api: Api) -> None:
    llm = {"model": "tavus-gpt-oss", "api_key": "k", "headers": {"x": "y"}, "extra_body": {"top_p": 1}}
    spec = await spec_of(api, persona_id=await make(api, layers={"llm": llm}))
    assert spec.llm and (spec.llm.model, spec.llm.api_key, spec.llm.headers) == ("default-model", "", {})
    assert spec.llm.extra_body == {"top_p": 1}


async def test_flow_is_read_under_all_its_names(api: Api) -> None:
    for field in ("replica_interruptibility", "pal_interruptibility", "face_interruptibility"):
        flow = {"turn_taking_patience": "high", field: "verylow"}
        spec = await spec_of(api, persona_id=await make(api, layers={"conversational_flow": flow}))
        assert spec.flow.turn_taking_patience == "high"
        assert spec.flow.replica_interruptibility == "verylow"


@pytest.mark.parametrize("stock", ["pipecat0", "pipecat-stream"])
async def test_pipecats_persona_is_an_echo_without_llm_and_greeting(api: Api, stock: str) -> None:
    assert (await api.http.get(f"/v2/personas/{stock}")).json()["persona_name"] == "Pipecat"
    spec = await spec_of(api, persona_id=stock)
    assert (spec.pipeline_mode, spec.llm, spec.greeting) == ("echo", None, "")
