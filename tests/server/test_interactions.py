from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api


def respond(conversation_id: Any, text: str = "hello") -> dict[str, Any]:
    return {
        "message_type": "conversation",
        "event_type": "conversation.respond",
        "conversation_id": conversation_id,
        "properties": {"text": text},
    }


async def test_an_interaction_by_rest_reaches_the_conversation_as_it_was_sent(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    for path in ("/v2/interactions", "/v2/interactions/"):
        answer = await api.http.post(path, json=respond(name))
        assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert api.held(name)[1].heard == [respond(name)] * 2


@pytest.mark.parametrize("missing", [None, "", 5])
async def test_the_conversation_must_be_named(api: Api, missing: object) -> None:
    answer = await api.http.post("/v2/interactions", json=respond(missing))
    assert (answer.status_code, answer.json()["error"]) == (400, "conversation_id is required")


async def test_an_unknown_conversation_is_a_400(api: Api) -> None:
    answer = await api.http.post("/v2/interactions", json=respond("cnope"))
    assert (answer.status_code, answer.json()["error"]) == (400, "Invalid conversation_id")


async def test_an_ended_conversation_is_a_400(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    await api.http.post(f"/v2/conversations/{name}/end")
    answer = await api.http.post("/v2/interactions", json=respond(name))
    assert (answer.status_code, answer.json()["error"]) == (400, "the conversation has ended")


@pytest.mark.parametrize(
    "changes",
    [{"event_type": "conversation.nope"}, {"event_type": None}, {"properties": {}}],
)
async def test_what_is_no_interaction_is_refused_with_the_reason(api: Api, changes: dict[str, Any]) -> None:
    name = (await api.create())["conversation_id"]
    answer = await api.http.post("/v2/interactions", json={**respond(name), **changes})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("not an interaction: ")
    assert api.held(name)[1].heard == []
