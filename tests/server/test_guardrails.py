"""Guardrails as resources (PROTOCOL 2.6), and what a conversation gets of them and of objectives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api

STEP = {"objective_name": "name", "objective_prompt": "Learn the name."}
RULE = {"guardrail_name": "Rude", "guardrail_prompt": "Never be rude.", "tags": ["tone"]}


async def post(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.http.post(f"/v2{path}", json=body)
    assert answer.status_code == 200, answer.text
    created: dict[str, Any] = answer.json()
    return created


async def spec_of(api: Api, **persona: Any) -> Any:
    made = await post(api, "/personas", {"persona_name": "P", "system_prompt": "Be kind.", **persona})
    conversation = await api.create(persona_id=made["persona_id"])
    return api.launcher.studio.made[conversation["conversation_id"]][1].spec


async def test_a_guardrail_is_kept_listed_changed_and_forgotten(api: Api) -> None:
    created = await post(api, "/guardrails", RULE)
    assert created["app_message"] is True
    path = f"/v2/guardrails/{created['uuid']}"
    assert (await api.http.get(path)).json()["guardrail_prompt"] == "Never be rude."
    queries: list[tuple[dict[str, Any], int]] = [
        ({"tags": "tone,other"}, 1),
        ({"tags": "other"}, 0),
        ({"tags": ""}, 1),
        ({"name_or_uuid": "rud"}, 1),
        ({"name_or_uuid": "r_d"}, 0),
        ({"name_or_uuid": created["uuid"]}, 1),
        ({"type": "system"}, 0),
        ({"type": "all", "sort": "ascending", "verbose": True}, 1),
    ]
    for query, count in queries:
        assert (await api.http.get("/v2/guardrails/", params=query)).json()["total_count"] == count, query
    assert (await api.http.get("/v2/guardrails/tags")).json() == {"tags": ["tone"], "total_count": 1}
    assert (await api.http.get("/v2/guardrails/tags?search=x")).json() == {"tags": [], "total_count": 0}

    # As tavus-cli sends it: ``add``, whether the field is there or not.
    fields = {"guardrail_name": "Ruder", "tool_call": {"name": "report"}, "tags": ["tone", "é"]}
    patch = [{"op": "add", "path": f"/{name}", "value": value} for name, value in fields.items()]
    changed = await api.http.patch(path, json=patch)
    assert changed.status_code == 200 and fields.items() <= changed.json().items()
    assert (await api.http.patch(path, json=patch)).status_code == 304
    assert (await api.http.get("/v2/guardrails", params={"tags": "é"})).json()["total_count"] == 1
    empty = await api.http.patch(path, json=[{"op": "remove", "path": "/guardrail_prompt"}])
    assert empty.status_code == 400 and "guardrail_prompt" in empty.json()["message"]

    assert (await api.http.delete(path)).status_code == 204
    assert (await api.http.get(path)).json()["error"] == "Guardrails not found"


async def test_a_legacy_set_holds_several(api: Api) -> None:
    created = await post(api, "/guardrails", {"name": "Set", "data": [RULE]})
    assert created["guardrails_name"] == "Set"
    path = f"/v2/guardrails/{created['guardrails_id']}"
    assert (await api.http.get(path)).json()["data"] == [RULE]
    assert (await api.http.get("/v2/guardrails", params={"legacy": True})).json()["total_count"] == 1
    assert (await api.http.get("/v2/guardrails")).json()["total_count"] == 0
    patch = [{"op": "replace", "path": "/data/0/guardrail_prompt", "value": "Be polite."}]
    assert (await api.http.patch(path, json=patch)).json()["data"][0]["guardrail_prompt"] == "Be polite."


@pytest.mark.parametrize(
    "more", [{"tags": ["x" * 65]}, {"tags": ["x"] * 33}, {"guardrail_name": "x" * 101}, {"modality": "smell"}]
)
async def test_a_guardrail_beyond_its_bounds_is_refused(api: Api, more: dict[str, Any]) -> None:
    answer = await api.http.post("/v2/guardrails", json={**RULE, **more})
    assert answer.status_code == 400 and answer.json()["message"]


async def test_a_personas_objectives_and_guardrails_reach_its_conversation(api: Api) -> None:
    objectives = await post(api, "/objectives", {"data": [STEP]})
    named = await post(api, "/guardrails", RULE)
    await post(api, "/guardrails", {**RULE, "guardrail_name": "Loud", "tags": ["noise"]})
    spec = await spec_of(
        api,
        objectives_id=objectives["objectives_id"],
        guardrail_ids=[named["uuid"]],
        guardrail_tags=["noise"],
    )
    assert [step.name for step in spec.objectives] == ["name"]
    assert {rule.name for rule in spec.guardrails} == {"Rude", "Loud"}
    assert named["uuid"] in {rule.uuid for rule in spec.guardrails}


async def test_what_a_persona_names_must_exist_when_it_is_named_and_when_it_is_used(api: Api) -> None:
    named = {
        "objectives_id": "o1",
        "guardrails_id": "g1",
        "guardrail_ids": ["g1"],
        "document_ids": ["d1"],
        "layers": {"tts": {"pronunciation_dictionary_id": "pd_1"}},
    }
    for field, value in named.items():
        answer = await api.http.post("/v2/personas", json={"system_prompt": "Be kind.", field: value})
        assert answer.status_code == 400
        assert "Invalid" in answer.json()["error"] and "1" in answer.json()["error"]

    kept = await post(api, "/guardrails", RULE)
    body = {"system_prompt": "Be kind.", "guardrail_ids": [kept["uuid"]]}
    path = f"/v2/personas/{(await post(api, '/personas', body))['persona_id']}"
    await api.http.delete(f"/v2/guardrails/{kept['uuid']}")
    answer = await api.http.post("/v2/conversations", json={"persona_id": path.rpartition("/")[2]})
    assert answer.status_code == 400 and "Invalid guardrail_ids" in answer.json()["error"]
    # What is gone stands in the way of no other change.
    renamed = await api.http.patch(path, json=[{"op": "replace", "path": "/pal_name", "value": "N"}])
    assert renamed.json()["guardrail_ids"] == [kept["uuid"]]
    more = await api.http.patch(path, json=[{"op": "add", "path": "/guardrail_ids/-", "value": "g2"}])
    assert (more.status_code, more.json()["error"]) == (400, "Invalid guardrail_ids: g2")


async def test_a_tag_on_more_guardrails_than_a_conversation_takes_is_refused(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.server.resources.steering.MOST_GUARDRAILS", 2)
    for number in range(3):
        await post(api, "/guardrails", {**RULE, "guardrail_name": f"R{number}"})
    body = {"system_prompt": "Be kind.", "guardrail_tags": ["tone"]}
    made = await post(api, "/personas", body)
    answer = await api.http.post("/v2/conversations", json={"persona_id": made["persona_id"]})
    assert answer.status_code == 400
    assert answer.json()["message"] == "guardrails: a conversation takes 2, this would have 3"
