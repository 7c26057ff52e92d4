from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import Api
from visavis.config import Settings
from visavis.layers.perception.settings import PerceptionLayer
from visavis.server.vision import vision_spec

SERVER = {
    "vision_base_url": "http://ours.test/v1",
    "vision_api_key": "sk-ours",
    "vision_model": "ours",
    "vision_interval": 3.0,
    "vision_max_requests": 9,
}
OWN: dict[str, Any] = {
    "base_url": "http://own.test/v1",
    "api_key": "sk-own",
    "headers": {"x-team": "secret"},
    "extra_body": {"temperature": 0},
    "default_query": {"v": "1"},
}


def test_the_persona_s_own_model_is_asked_as_often_as_the_operator_allows() -> None:
    spec = vision_spec(PerceptionLayer(**OWN), Settings(**SERVER))
    assert spec is not None
    assert spec.model_dump() == {**OWN, "model": "default", "interval": 3.0, "max_requests": 9}


def test_the_server_s_model_gets_the_persona_s_parameters_but_neither_its_key_nor_its_headers() -> None:
    spec = vision_spec(PerceptionLayer(**{**OWN, "base_url": "", "model": "own"}), Settings(**SERVER))
    assert spec is not None
    assert (spec.base_url, spec.api_key, spec.model) == ("http://ours.test/v1", "sk-ours", "ours")
    assert (spec.extra_body, spec.headers, spec.default_query) == ({"temperature": 0}, {}, {})


def test_its_key_is_in_no_text_that_is_made_of_it() -> None:
    spec = vision_spec(PerceptionLayer(**OWN), Settings(**SERVER))
    assert "http://own.test/v1" in repr(spec)
    assert "sk-own" not in repr(spec) and "secret" not in repr(spec)


def test_where_nobody_names_one_there_is_none() -> None:
    assert vision_spec(PerceptionLayer(model="own", api_key="sk-own"), Settings()) is None


@pytest.mark.parametrize(("off", "looks"), [({}, True), ({"perception_model": "off"}, False)])
async def test_a_conversation_is_told_of_it_with_the_key_unsealed(
    api: Api, off: dict[str, str], looks: bool
) -> None:
    body = {"system_prompt": "x", "layers": {"perception": {**OWN, **off}}}
    made = await api.http.post("/v2/personas", json=body)
    created = await api.create(persona_id=made.json()["persona_id"])
    spec = api.held(created["conversation_id"])[1].spec.perception
    assert (spec is not None) == looks
    if spec is not None:
        assert spec.vision is not None
        assert (spec.vision.api_key, spec.vision.headers) == ("sk-own", {"x-team": "secret"})
