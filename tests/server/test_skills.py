"""``/v2/skills`` and the skills of personas."""

from __future__ import annotations

from structlog.testing import capture_logs

from tests.server.conftest import Api
from tests.server.test_tools import persona

DECK = {"document_ids": ["d1"], "prompt": "Walk them through it."}


async def test_the_registry_says_that_nothing_comes_of_them_yet(api: Api) -> None:
    listed = (await api.http.get("/v2/skills")).json()
    assert listed["total_count"] == 4
    names = [one["skill_id"] for one in listed["data"]]
    assert names == ["magic_canvas", "presentation", "internet_search", "memory"]
    one = (await api.http.get("/v2/skills/memory")).json()
    assert one in listed["data"] and "does nothing with it yet" in one["description"]
    assert (await api.http.get("/v2/skills/juggling")).status_code == 404


async def test_a_skill_is_attached_changed_and_detached(api: Api) -> None:
    skills = f"/v2/pals/{await persona(api)}/skills"
    assert (await api.http.get(f"{skills}/")).json() == {}
    made = (await api.http.put(f"{skills}/presentation", json={"config": DECK})).json()
    assert (made["skill_id"], made["config"]) == ("presentation", DECK)
    assert (await api.http.put(f"{skills}/internet_search")).json()["config"] == {}
    answer = await api.http.patch(f"{skills}/presentation", json={"config": {"prompt": "Be brief."}})
    assert answer.json()["config"] == {**DECK, "prompt": "Be brief."}
    assert answer.json()["attached_at"] == made["attached_at"]
    found = (await api.http.get(f"{skills}/presentation")).json()
    listed = (await api.http.get(f"{skills}/")).json()
    assert listed["presentation"] == found and set(listed) == {"presentation", "internet_search"}
    assert (await api.http.delete(f"{skills}/presentation")).status_code == 204
    for request in (api.http.get, api.http.delete):
        assert (await request(f"{skills}/presentation")).status_code == 404
    assert (await api.http.patch(f"{skills}/presentation", json={"config": {}})).status_code == 404


async def test_all_skills_are_replaced_at_once(api: Api) -> None:
    skills = f"/v2/personas/{await persona(api)}/skills"
    await api.http.put(f"{skills}/memory", json={"config": {"anything": 1}})
    canvas = {"components": {"chart": {}}, "usage_guidance": "A chart at the end."}
    body = {"skills": {"magic_canvas": {"config": canvas}, "internet_search": {}}}
    answer = await api.http.put(skills, json=body)
    assert set(answer.json()) == {"magic_canvas", "internet_search"}
    assert answer.json()["magic_canvas"]["config"] == canvas


async def test_what_no_skill_takes_is_refused(api: Api) -> None:
    skills = f"/v2/pals/{await persona(api)}/skills"
    for path, config, status in (
        ("presentation", {}, 400),
        ("internet_search", {"engine": "x"}, 400),
        ("magic_canvas", {"components": 3}, 400),
        ("juggling", {}, 404),
    ):
        answer = await api.http.put(f"{skills}/{path}", json={"config": config})
        assert answer.status_code == status, path
        assert answer.json()["error"]
    assert (await api.http.get("/v2/pals/pnone/skills")).status_code == 404
    assert (await api.http.put("/v2/pals/p-vera/skills/memory")).status_code == 400


async def test_a_conversation_with_a_skill_logs_that_it_has_no_effect(api: Api) -> None:
    name = await persona(api)
    await api.http.put(f"/v2/personas/{name}/skills/memory")
    with capture_logs() as logs:
        await api.create(persona_id=name)
    assert [one["skills"] for one in logs if one["event"] == "skills without effect here yet"] == [["memory"]]
