"""Pronunciation dictionaries as resources (PROTOCOL 2.7), and who gets their rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api

PATH = "/v2/pronunciation-dictionaries"
RULE = {"text": "SQL", "pronunciation": "sequel", "type": "alias"}
WHOLE = {**RULE, "case_sensitive": False, "word_boundaries": True}


async def test_a_dictionary_is_kept_changed_used_and_forgotten(api: Api) -> None:
    created = await api.http.post(f"{PATH}/", json={"name": "Names", "rules": [RULE]})
    assert created.status_code == 201
    made = created.json()
    name = made["pronunciation_dictionary_id"]
    assert name.startswith("pd_") and (made["rules_count"], made["rules"]) == (1, [WHOLE])
    assert (await api.http.get(f"{PATH}/{name}")).json() == made
    listed = (await api.http.get(f"{PATH}?page=0&sort=desc")).json()
    assert (listed["total_count"], listed["page"], listed["limit"]) == (1, 0, 10)
    assert listed["data"][0]["rules_count"] == 1 and "rules" not in listed["data"][0]
    assert (await api.http.get(f"{PATH}?page=1")).json()["data"] == []

    persona = {"system_prompt": "x", "layers": {"tts": {"pronunciation_dictionary_id": name}}}
    pal = (await api.http.post("/v2/pals", json=persona)).json()["pal_id"]
    before = await api.create(pal_id=pal)
    rules = [{**RULE, "pronunciation": "es queue el"}]
    patch = [{"op": "add", "path": "/rules", "value": rules}, {"op": "add", "path": "/name", "value": "More"}]
    changed = await api.http.patch(f"{PATH}/{name}", json=patch)
    assert changed.json()["name"] == "More"
    assert (await api.http.patch(f"{PATH}/{name}", json=patch)).status_code == 304
    assert (await api.http.patch(f"{PATH}/{name}", json=[{"op": "x"}])).status_code == 422
    after = await api.create(pal_id=pal)
    said = [
        api.held(one["conversation_id"])[1].spec.pronunciation[0].pronunciation for one in (before, after)
    ]
    assert said == ["sequel", "es queue el"]

    assert (await api.http.delete(f"{PATH}/{name}")).status_code == 204
    gone = await api.http.get(f"{PATH}/{name}")
    assert (gone.status_code, gone.json()["message"]) == (404, "Pronunciation dictionary not found")
    late = await api.http.post("/v2/conversations", json={"pal_id": pal})
    assert (late.status_code, late.json()["error"]) == (400, "Invalid pronunciation_dictionary_id")


@pytest.mark.parametrize(
    "rules",
    [
        [{**RULE, "type": "guess"}],
        [{**RULE, "text": " "}],
        [{**RULE, "text": "x" * 201}],
        [{**RULE, "pronunciation": ""}],
        [RULE, {**RULE, "pronunciation": "other"}],
        [{"text": "SQL"}],
    ],
)
async def test_what_is_no_dictionary_is_refused(api: Api, rules: list[dict[str, Any]]) -> None:
    answer = await api.http.post(PATH, json={"name": "n", "rules": rules})
    assert answer.status_code == 400 and answer.json()["error"]
