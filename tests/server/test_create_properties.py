"""What a conversation and a persona may ask for, and what becomes of it (PROTOCOL 2.1, 4)."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.server.conftest import Api
from visavis.session.spec import ConversationSpec


async def spec_of(api: Api, layers: dict[str, Any] | None = None, **body: Any) -> ConversationSpec:
    """What the worker is told."""
    persona = {"system_prompt": "Be kind.", "layers": layers or {}}
    answer = await api.http.post("/v2/personas", json=persona)
    assert answer.status_code == 200, answer.text
    name = (await api.create(persona_id=answer.json()["persona_id"], **body))["conversation_id"]
    spec: ConversationSpec = api.held(name)[1].spec
    return spec


@pytest.mark.parametrize(
    ("language", "prompt"),
    [
        ("", "Be kind."),
        ("French", "Be kind.\n\nSpeak French, whatever language you are spoken to in."),
        ("multilingual", "Be kind.\n\nAnswer in the language that the user speaks."),
    ],
)
async def test_the_language_model_is_told_the_language(api: Api, language: str, prompt: str) -> None:
    spec = await spec_of(api, properties={"language": language})
    assert (spec.language, spec.system_prompt) == (language.lower(), prompt)


async def test_green_screen_hotwords_and_older_sensitivities_reach_the_worker(api: Api) -> None:
    stt = {"hotwords": "Tavus", "participant_pause_sensitivity": "high"}
    spec = await spec_of(
        api,
        {"stt": {**stt, "participant_interrupt_sensitivity": "verylow"}},
        properties={"apply_greenscreen": "true"},
    )
    assert (spec.greenscreen, spec.hotwords) == (True, "Tavus")
    assert (spec.flow.turn_taking_patience, spec.flow.replica_interruptibility) == ("low", "low")
    spec = await spec_of(api, {"stt": stt, "conversational_flow": {"replica_interruptibility": "high"}})
    assert (spec.flow.turn_taking_patience, spec.flow.replica_interruptibility) == ("medium", "high")


@pytest.mark.parametrize(("given", "told"), [({}, None), ({"enable_closed_captions": False}, False)])
async def test_the_page_is_told_whether_captions_are_wanted(api: Api, given: Any, told: Any) -> None:
    name = (await api.create(properties=given))["conversation_id"]
    assert (await api.http.get(f"/{name}/status")).json()["captions"] is told


async def test_what_has_no_effect_yet_is_kept_and_said_in_the_log(api: Api) -> None:
    asked = {
        "memory_stores": ["ada"],
        "document_ids": ["d8-1"],
        "document_tags": ["faq"],
        "document_retrieval_strategy": "speed",
    }
    with capture_logs() as logs:
        created = await api.create(**asked)
    row = await api.store.conversations.get(created["conversation_id"])
    assert row is not None and row.details == {**row.details, **asked}
    assert set(asked) <= {field for line in logs for field in line.get("fields", [])}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"properties": {"language": "en"}}, "properties.language"),
        ({"properties": {"apply_greenscreen": "green"}}, "properties.apply_greenscreen"),
        ({"properties": {"max_call_duration": 3601}}, "properties.max_call_duration"),
        ({"properties": {"participant_absent_timeout": 0}}, "properties.participant_absent_timeout"),
        ({"document_retrieval_strategy": "best"}, "document_retrieval_strategy"),
        ({"document_ids": "d8-1"}, "document_ids"),
        ({"memory_stores": [""]}, "memory_stores.0"),
        ({"callback_url": "not a url"}, "callback_url"),
        ({"max_participants": 1}, "max_participants"),
    ],
)
async def test_a_wrong_value_is_refused_by_name(api: Api, body: dict[str, Any], field: str) -> None:
    answer = await api.http.post("/v2/conversations", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field}: ")


LAYERS: list[tuple[dict[str, Any], str]] = [
    ({"stt": {"hotwords": ["a", "b"]}}, "layers.stt.hotwords"),
    ({"stt": {"participant_pause_sensitivity": "extreme"}}, "layers.stt.participant_pause_sensitivity"),
    ({"tts": {"voice_settings": "fast"}}, "layers.tts.voice_settings"),
    ({"tts": "cartesia"}, "layers.tts"),
    ({"perception": {"visual_awareness_queries": "Who?"}}, "layers.perception.visual_awareness_queries"),
    ({"perception": {"perception_tools": [1]}}, "layers.perception.perception_tools.0"),
    ({"transport": {"input_settings": []}}, "layers.transport.input_settings"),
    ({"knowledge_base": {"rag_n_chunks": -1}}, "layers.knowledge_base.rag_n_chunks"),
    ({"conversational_flow": {"voice_isolation": "far"}}, "layers.conversational_flow.voice_isolation"),
]


@pytest.mark.parametrize(("layers", "field"), LAYERS)
async def test_a_layer_of_the_wrong_shape_is_refused_by_name(
    api: Api, layers: dict[str, Any], field: str
) -> None:
    answer = await api.http.post("/v2/personas", json={"system_prompt": "x", "layers": layers})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field}: ")


async def test_layers_are_kept_as_they_were_posted_deprecated_names_included(api: Api) -> None:
    layers = {
        "stt": {"stt_engine": "tavus-advanced", "smart_turn_detection": True},
        "tts": {"tts_engine": "playht", "external_voice_id": "v1", "voice_settings": {"speed": "slow"}},
        "perception": {"perception_model": "raven-0", "visual_awareness_queries": ["Who is there?"]},
        "transport": {"transport_type": "livekit", "input_settings": {"microphone": {"isEnabled": True}}},
        "vqa": {"enable_vision": "false"},
        "capabilities": {"mcp_enabled": True},
    }
    made = await api.http.post("/v2/personas", json={"system_prompt": "x", "layers": layers})
    assert made.status_code == 200, made.text
    read = (await api.http.get(f"/v2/personas/{made.json()['persona_id']}")).json()
    assert read["layers"] == layers
