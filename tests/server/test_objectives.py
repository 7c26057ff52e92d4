"""Sets of objectives as resources (PROTOCOL 2.5)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.server.conftest import Api
from visavis.session.steering import ObjectivesBody

STEP = {"objective_name": "name", "objective_prompt": "Learn the name.", "output_variables": ["first"]}


def step(name: str, *following: str, **more: Any) -> dict[str, Any]:
    links = {"next_conditional_objectives": dict.fromkeys(following, "if so")} if following else {}
    return {"objective_name": name, "objective_prompt": "Do it.", **links, **more}


async def test_a_set_is_kept_listed_changed_and_forgotten(api: Api) -> None:
    created = await api.http.post("/v2/objectives/", json={"name": "Intake", "data": [STEP]})
    assert created.status_code == 200
    about = created.json()
    assert (about["objective_name"], about["status"]) == ("Intake", "active")
    path = f"/v2/objectives/{about['objectives_id']}"
    assert (await api.http.get(path)).json()["data"] == [STEP]
    await api.http.post("/v2/objectives", json={"data": [STEP]})
    for query, count in (("", 2), ("?name_or_uuid=INTA", 1), (f"?name_or_uuid={about['uuid']}", 1)):
        assert (await api.http.get(f"/v2/objectives{query}")).json()["total_count"] == count
    first = (await api.http.get("/v2/objectives?sort=ascending&limit=1&type=all")).json()["data"][0]
    assert first["objectives_id"] == about["objectives_id"]
    assert (await api.http.get("/v2/objectives?type=system")).json()["total_count"] == 0

    longer = [
        {"op": "add", "path": "/data/-", "value": step("age")},
        {"op": "test", "path": "/name", "value": "Intake"},
    ]
    changed = await api.http.patch(path, json=longer)
    assert [one["objective_name"] for one in changed.json()["data"]] == ["name", "age"]
    same = await api.http.patch(path, json=[{"op": "replace", "path": "/allow_loops", "value": False}])
    assert (same.status_code, same.content) == (304, b"")
    twice = await api.http.patch(path, json=[{"op": "copy", "from": "/data/0", "path": "/data/-"}])
    assert twice.status_code == 400 and "unique" in twice.json()["error"]
    assert (await api.http.patch(path, json={"name": "x"})).status_code == 422

    assert (await api.http.delete(path)).status_code == 204
    for method in ("GET", "DELETE", "PATCH"):
        gone = await api.http.request(method, path, json=[] if method == "PATCH" else None)
        assert (gone.status_code, gone.json()["error"]) == (404, "Objective not found")


@pytest.mark.parametrize(
    ("steps", "about"),
    [
        ([], "at least 1"),
        ([step("two words")], "pattern"),
        ([STEP, STEP], "unique"),
        ([step("a", "nowhere")], "not in the set"),
        ([step("a", "b", next_required_objective="b"), step("b")], "exclude"),
        ([step("a", "a")], "to itself"),
        ([step("a", "b"), step("b", "a")], "allow_loops"),
        ([step("a", "b"), step("b"), step("c")], "nothing leads to"),
        ([step("a", "b"), step("b"), step("c", "d"), step("d", "c")], "nothing leads from"),
        ([step("a", objective_prompt="x" * 10_001)], "10000"),
        ([{"objective_name": "name"}], "objective_prompt"),
    ],
)
def test_objectives_that_make_no_sense_are_none(steps: list[dict[str, Any]], about: str) -> None:
    with pytest.raises(ValidationError, match=about):
        ObjectivesBody.model_validate({"data": steps})


def test_a_set_begins_where_nothing_leads_to_and_may_lead_back_by_leave() -> None:
    body = ObjectivesBody.model_validate({"data": [step("end"), step("begin", "end")]})
    assert [one.name for one in body.steps()] == ["begin", "end"]
    loop = {"data": [step("a", "b"), step("b", "a")], "allow_loops": True}
    assert [one.name for one in ObjectivesBody.model_validate(loop).steps()] == ["a", "b"]


async def test_a_set_is_judged_without_being_kept(api: Api) -> None:
    good = await api.http.post("/v2/objectives/validate", json={"data": [STEP]})
    assert good.json() == {"valid": True, "errors": [], "count": 1}
    bad = await api.http.post("/v2/objectives/validate", json={"data": [step("a", "b"), step("b", "a")]})
    assert bad.status_code == 400 and bad.json()["message"] == bad.json()["error"]
    assert (await api.http.get("/v2/objectives")).json()["total_count"] == 0
