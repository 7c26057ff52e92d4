"""Objectives and guardrails as resources (PROTOCOL 2.5, 2.6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api

STEP = {"objective_name": "name", "objective_prompt": "Learn the name.", "output_variables": ["first"]}
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


async def test_a_set_of_objectives_is_kept_listed_read_and_forgotten(api: Api) -> None:
    created = await post(api, "/objectives/", {"data": [STEP]})
    assert created.keys() == {"objectives_id", "objective_name", "status", "created_at"}
    assert (created["objective_name"], created["status"]) == ("name", "active")
    path = f"/v2/objectives/{created['objectives_id']}"
    assert (await api.http.get(path)).json()["data"] == [STEP]
    assert (await api.http.get("/v2/objectives")).json()["total_count"] == 1
    assert (await api.http.delete(path)).status_code == 204
    gone = await api.http.get(path)
    assert (gone.status_code, gone.json()["error"]) == (404, "Objective not found")


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{**STEP, "objective_name": "two words"}],
        [STEP, STEP],
        [{**STEP, "next_required_objective": "nowhere"}],
        [{**STEP, "next_required_objective": "name", "next_conditional_objectives": {"name": "x"}}],
        [{**STEP, "objective_prompt": "x" * 10_001}],
        [{"objective_name": "name"}],
    ],
)
async def test_objectives_that_make_no_sense_are_refused(api: Api, steps: list[dict[str, Any]]) -> None:
    answer = await api.http.post("/v2/objectives", json={"data": steps})
    assert answer.status_code == 400
    assert answer.json()["message"] == answer.json()["error"]


async def test_a_guardrail_is_kept_listed_by_tag_read_and_forgotten(api: Api) -> None:
    created = await post(api, "/guardrails", RULE)
    assert created["app_message"] is True
    path = f"/v2/guardrails/{created['uuid']}"
    assert (await api.http.get(path)).json()["guardrail_prompt"] == "Never be rude."
    for tags, count in (("tone,other", 1), ("other", 0), ("", 1)):
        listed = await api.http.get("/v2/guardrails/", params={"tags": tags})
        assert listed.json()["total_count"] == count
    assert (await api.http.get("/v2/guardrails/tags")).json() == {"tags": ["tone"], "total_count": 1}
    assert (await api.http.delete(path)).status_code == 204
    assert (await api.http.get(path)).json()["error"] == "Guardrails not found"


async def test_a_legacy_set_holds_several(api: Api) -> None:
    created = await post(api, "/guardrails", {"name": "Set", "data": [RULE]})
    assert created["guardrails_name"] == "Set"
    read = await api.http.get(f"/v2/guardrails/{created['guardrails_id']}")
    assert read.json()["data"] == [RULE]
    assert (await api.http.get("/v2/guardrails", params={"legacy": True})).json()["total_count"] == 1
    assert (await api.http.get("/v2/guardrails")).json()["total_count"] == 0


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


@pytest.mark.parametrize(
    "persona", [{"objectives_id": "o1"}, {"guardrails_id": "g1"}, {"guardrail_ids": ["g1"]}]
)
async def test_what_does_not_exist_is_refused_when_it_is_wanted(api: Api, persona: dict[str, Any]) -> None:
    body = {"persona_name": "P", "system_prompt": "Be kind.", **persona}
    made = await post(api, "/personas", body)
    answer = await api.http.post("/v2/conversations", json={"persona_id": made["persona_id"]})
    assert answer.status_code == 400
    assert "Invalid" in answer.json()["error"]


async def test_a_tag_on_more_guardrails_than_a_conversation_takes_is_refused(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.server.steering.MOST_GUARDRAILS", 2)
    for number in range(3):
        await post(api, "/guardrails", {**RULE, "guardrail_name": f"R{number}"})
    body = {"system_prompt": "Be kind.", "guardrail_tags": ["tone"]}
    made = await post(api, "/personas", body)
    answer = await api.http.post("/v2/conversations", json={"persona_id": made["persona_id"]})
    assert answer.status_code == 400
    assert answer.json()["message"] == "guardrails: a conversation takes 2, this would have 3"
