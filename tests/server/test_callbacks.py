"""``callback_url`` of objectives and guardrails: from a conversation to the outbox (PROTOCOL 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.conftest import Api
from tests.server.test_guardrails import RULE, STEP, post
from visavis.session.spec import ConversationSpec

HOOK = "https://hooks.example"


async def steered(api: Api, **persona: Any) -> tuple[str, ConversationSpec]:
    """A conversation with a persona of this steering."""
    made = await post(api, "/personas", {"persona_name": "P", "system_prompt": "Be kind.", **persona})
    name = (await api.create(persona_id=made["persona_id"]))["conversation_id"]
    return name, api.held(name)[1].spec


async def posted(api: Api, name: str) -> list[tuple[str, dict[str, Any]]]:
    """What waits to be posted, the oldest first, when all that was told is written."""
    await api.http.get(f"/v2/conversations/{name}?verbose=true")
    rows, _ = await api.store.webhooks.page(100, 0, conversation_id=name)
    return [(row.url, json.loads(row.body)) for row in reversed(rows)]


async def test_what_fires_is_posted_to_its_own_url_with_the_documented_body(api: Api) -> None:
    steps = [{**STEP, "callback_url": f"{HOOK}/name"}, {**STEP, "objective_name": "quiet"}]
    objectives = (await post(api, "/objectives", {"data": steps}))["objectives_id"]
    rule = (await post(api, "/guardrails", {**RULE, "callback_url": f"{HOOK}/rude"}))["uuid"]
    silent = {"guardrail_name": "Late", "guardrail_prompt": "Be brief."}
    loud = {**silent, "guardrail_name": "Loud", "callback_url": f"{HOOK}/loud"}
    legacy = (await post(api, "/guardrails", {"name": "set", "data": [silent, loud]}))["guardrails_id"]
    name, spec = await steered(api, objectives_id=objectives, guardrail_ids=[rule], guardrails_id=legacy)
    assert "hooks.example" not in spec.model_dump_json(), "workers need no URLs"

    tell = api.held(name)[1].listener.called_back
    done = {"objective_name": "name", "output_variables": {"first": "Ada"}}
    tell("objective", "name", done)
    tell("objective", "quiet", {**done, "objective_name": "quiet"})
    for guardrail, uuid in (("Rude", rule), ("Late", legacy), ("Loud", legacy)):
        properties = {"guardrail": guardrail, "guardrail_uuid": uuid}
        tell("guardrail", guardrail, {"properties": properties})
    assert await posted(api, name) == [
        (f"{HOOK}/name", {"conversation_id": name, **done}),
        (
            f"{HOOK}/rude",
            {"conversation_id": name, "properties": {"guardrail": "Rude", "guardrail_uuid": rule}},
        ),
        (
            f"{HOOK}/loud",
            {"conversation_id": name, "properties": {"guardrail": "Loud", "guardrail_uuid": legacy}},
        ),
    ]


async def test_a_conversation_without_callbacks_posts_nothing(api: Api) -> None:
    rule = (await post(api, "/guardrails", RULE))["uuid"]
    name, _ = await steered(api, guardrail_ids=[rule])
    api.held(name)[1].listener.called_back("guardrail", "Rude", {"properties": {}})
    assert await posted(api, name) == []


@pytest.mark.parametrize("path", ["/objectives", "/guardrails"])
async def test_a_callback_url_must_be_one(api: Api, path: str) -> None:
    body = {"data": [{**STEP, "callback_url": "ftp://x"}]}
    answer = await api.http.post(f"/v2{path}", json=body if "obj" in path else {**RULE, "callback_url": "x"})
    assert answer.status_code == 400
    assert "callback_url" in answer.json()["error"]
