"""Addresses in bodies: whatever could never be requested is refused at once, in words, in every field."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api
from tests.server.test_guardrails import RULE, STEP
from visavis.server.resources.catalogue import PERSONA
from visavis.server.store import Resource

BAD = "http://["
TOOL = {"name": "t", "description": "d"}
PERSONA_BODY = {"system_prompt": "Be kind."}


def api_of(**api: Any) -> dict[str, Any]:
    return {**TOOL, "delivery": {"api": {"url": "https://example.com/", **api}}}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("conversations", {"callback_url": BAD}),
        ("personas", {**PERSONA_BODY, "layers": {"llm": {"base_url": BAD}}}),
        ("objectives", {"data": [{**STEP, "callback_url": BAD}]}),
        ("guardrails", {**RULE, "callback_url": BAD}),
        ("documents", {"document_url": BAD}),
        ("documents", {"document_url": "https://example.com/a.pdf", "callback_url": BAD}),
        ("tools", api_of(url=BAD)),
        ("tools", api_of(auth={"type": "oauth2_client_credentials", "client_id": "i", "client_secret": "s",
                               "token_url": BAD})),
        ("replicas", {"train_video_url": BAD}),
    ],
)  # fmt: skip
async def test_what_is_no_url_is_refused(api: Api, path: str, body: dict[str, Any]) -> None:
    answer = await api.http.post(f"/v2/{path}", json=body)
    assert answer.status_code == 400
    assert "the URL's host is neither a name nor an address" in answer.json()["error"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_persona_of_before_whose_address_is_none_says_so_when_it_is_used(api: Api) -> None:
    stored = {**PERSONA_BODY, "layers": {"llm": {"base_url": BAD}}}
    await api.store.resources.add(Resource(id="p-old", kind=PERSONA, document=stored))
    answer = await api.http.post("/v2/conversations", json={"persona_id": "p-old"})
    assert answer.status_code == 400 and "layers.llm.base_url" in answer.json()["error"]
