"""What a persona asks of perception: matched for the worker, and told to whoever asks in vain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.server.conftest import Api, RunServer
from tests.server.test_tools import API, make
from visavis.config import Settings
from visavis.layers.perception.matching import Matcher
from visavis.server import perception as perception_module
from visavis.server.perception import Perception
from visavis.server.store import Resource
from visavis.session.spec import PerceptionSpec

SMILE = {"name": "on_smile", "description": "Call this when the user smiles."}
HAT = {"name": "on_hat", "description": "Call this when the user wears a hat."}
NAMED = {
    **{"name": "on_nod", "description": "Call this when the user nods."},
    "parameters": {"type": "object", "properties": {"who": {"type": "string"}}, "required": ["who"]},
}


async def persona(api: Api, path: str = "/v2/personas", **perception: Any) -> dict[str, Any]:
    tool_ids = perception.pop("tool_ids", [])
    body = {"system_prompt": "Be kind.", "tool_ids": tool_ids, "layers": {"perception": perception}}
    answer = await api.http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def perceived(api: Api, persona_id: str, **body: Any) -> PerceptionSpec:
    created = await api.create(persona_id=persona_id, **body)
    spec = api.held(created["conversation_id"])[1].spec.perception
    assert spec is not None
    return spec


async def test_a_worker_is_told_which_signals_answer_and_call(api: Api) -> None:
    made = await persona(
        api,
        visual_awareness_queries=["Is the user smiling?", "Is the user wearing a hat?"],
        audio_awareness_queries=["Does the user speak fast?"],
        perception_analysis_queries=["How often was the user looking at the screen?"],
        visual_tools=[SMILE, {"type": "function", "function": HAT, "frames": False}],
    )
    spec = await perceived(api, made["persona_id"])
    assert [query.signal for query in spec.visual_queries] == ["smiling", None]
    assert [query.signal for query in spec.audio_queries] == ["fast"]
    (asked,) = spec.analysis_queries
    assert (asked.signal, asked.opposite) == ("looking away", True)
    assert [(tool.name, tool.signal, tool.frames) for tool in spec.tools] == [
        ("on_smile", "smiling", True),
        ("on_hat", None, False),
    ]


async def test_tools_of_the_store_are_perceptions_too(api: Api) -> None:
    away = {"name": "left", "description": "Call this when the user leaves the frame.", "origin": "vision"}
    there = {"api": {"url": "https://api.example.com/left", "method": "POST"}}
    seen = await make(api, **away, parameters={}, delivery=there, frames=False)
    assert seen["frames"] is False
    heard = await make(
        api, name="loud", description="Call this when the user speaks loudly.", origin="audio", parameters={}
    )
    said = await make(api, name="weather", delivery={"api": API})
    made = await persona(api, tool_ids=[seen["tool_id"], heard["tool_id"], said["tool_id"]])
    assert "warnings" not in made
    spec = await perceived(api, made["persona_id"])
    assert [(tool.name, tool.modality, tool.signal, tool.api, tool.frames) for tool in spec.tools] == [
        ("left", "vision", "left", True, False),
        ("loud", "audio", "louder than usual", False, True),
    ]
    assert spec.tools[0].definition["function"]["name"] == "left"


@pytest.mark.parametrize("path", ["/v2/personas", "/v2/pals"])
async def test_whoever_makes_a_persona_is_told_what_it_asks_in_vain(api: Api, path: str) -> None:
    made = await persona(
        api,
        path,
        visual_awareness_queries=["Is the user smiling?", "Is the user wearing a hat?"],
        audio_awareness_queries=["Does the user sound sarcastic?"],
        visual_tools=[SMILE, HAT, NAMED],
    )
    assert made["warnings"] == [
        "layers.perception.visual_awareness_queries/1: not answered, nothing that is measured here tells; "
        "a vision-language model might: Is the user wearing a hat?",
        "layers.perception.audio_awareness_queries/0: not answered, nothing that is measured here tells: "
        "Does the user sound sarcastic?",
        "vision tool on_hat: never called, nothing that is measured here tells; "
        "a vision-language model might",
        "vision tool on_nod: never called, a required parameter asks for what is not measured",
    ]
    assert "warnings" not in (await api.http.get(f"{path}/{made['persona_id']}")).json()


async def test_a_patch_is_answered_likewise(api: Api) -> None:
    made = await persona(api, visual_awareness_queries=["Is the user smiling?"])
    assert "warnings" not in made
    place = f"/v2/personas/{made['persona_id']}"
    queries = {"op": "replace", "path": "/layers/perception/visual_awareness_queries"}
    changed = (await api.http.patch(place, json=[{**queries, "value": ["Is there a dog?"]}])).json()
    (warning,) = changed["warnings"]
    assert warning.endswith("Is there a dog?")
    changed = (await api.http.patch(place, json=[{**queries, "value": []}])).json()
    assert changed["persona_id"] == made["persona_id"] and "warnings" not in changed


async def test_whoever_gives_a_persona_a_tool_is_answered_likewise(api: Api) -> None:
    made = await persona(api, visual_tools=[SMILE])
    place = f"/v2/personas/{made['persona_id']}/tools"
    plain: dict[str, Any] = {"origin": "vision", "parameters": {}}
    away = await make(api, name="left", description="Call this when the user leaves the frame.", **plain)
    hat = await make(api, name="hat", description=HAT["description"], **plain)
    listed = (await api.http.post(place, json={"tool_ids": [away["tool_id"]]})).json()
    assert listed["tool_ids"] == [away["tool_id"]] and "warnings" not in listed
    listed = (await api.http.post(place, json={"tool_ids": [hat["tool_id"]]})).json()
    (warning,) = listed["warnings"]
    assert warning.startswith("vision tool hat: never called")


async def test_less_is_answered_where_emotions_are_not_to_be_read(api: Api) -> None:
    made = await persona(
        api,
        emotion_recognition="limited",
        base_url="https://vision.example/v1",  # no model answers it instead
        visual_awareness_queries=["Is the user frowning?", "Is the user smiling?"],
        visual_tools=[{"name": "frown", "description": "Call this when the user frowns."}],
    )
    query, tool = made["warnings"]
    assert "emotion recognition is restricted: Is the user frowning?" in query
    assert tool == "vision tool frown: never called, emotion recognition is restricted"
    spec = await perceived(api, made["persona_id"])
    asked = [*spec.visual_queries, *spec.tools]
    assert [(one.signal, one.withheld) for one in asked] == [
        (None, True),
        ("smiling", False),
        (None, True),
    ]


async def test_whoever_asks_for_more_of_emotions_than_the_server_allows_is_told(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run_server(emotion_recognition="limited") as api:
        with monkeypatch.context() as patched:
            patched.setattr(perception_module, "_matcher", None)  # nothing is to be matched for it
            made = await persona(api, emotion_recognition="full")
            assert made["warnings"] == [
                "layers.perception.emotion_recognition: this server allows limited, not full"
            ]
            assert "warnings" not in await persona(api, emotion_recognition="auto")
            assert "warnings" not in await persona(api, emotion_recognition="off")
        made = await persona(
            api, emotion_recognition="full", visual_awareness_queries=["Is the user frowning?"]
        )
        level, query = made["warnings"]
        assert "not full" in level and "emotion recognition is restricted" in query


async def test_with_a_vision_language_model_only_what_is_heard_is_asked_in_vain(api: Api) -> None:
    made = await persona(
        api,
        base_url="https://vision.example/v1",
        visual_awareness_queries=["Is the user wearing a hat?"],
        perception_analysis_queries=["Did a dog come in?"],
        visual_tools=[HAT],
        audio_tools=[{"name": "sarcasm", "description": "Call this when the user sounds sarcastic."}],
    )
    (warning,) = made["warnings"]
    assert warning.startswith("audio tool sarcasm: never called")


async def test_settings_without_effect_are_named(api: Api) -> None:
    made = await persona(api, visual_awareness_querys=["Is the user smiling?"], screen_tools=[])
    assert made["warnings"] == ["layers.perception.visual_awareness_querys: without effect here"]
    asked = {"visual_awareness_queries": [], "ambient_awareness_queries": ["Is the user smiling?"]}
    older = await persona(api, **asked)
    assert "warnings" not in older
    read = (await api.http.get(f"/v2/personas/{older['persona_id']}")).json()
    assert read["layers"]["perception"] == {"visual_awareness_queries": ["Is the user smiling?"]}


async def test_what_is_refused_is_said_in_our_words(api: Api) -> None:
    layers = {"perception": {"visual_tools": [SMILE, SMILE], "audio_awareness_queries": [" "]}}
    refused = await api.http.post("/v2/personas", json={"system_prompt": "x", "layers": layers})
    assert (refused.status_code, refused.json()["message"]) == (
        400,
        "layers.perception.audio_awareness_queries.0: a query must ask something",
    )
    layers["perception"].pop("audio_awareness_queries")
    refused = await api.http.post("/v2/personas", json={"system_prompt": "x", "layers": layers})
    assert refused.json()["message"] == (
        "layers.perception: visual_tools: more than one tool is called on_smile"
    )


async def test_a_server_that_perceives_nothing_says_so(run_server: RunServer) -> None:
    async with run_server(perception_engine="off") as api:
        assert "warnings" not in await persona(api)
        assert "warnings" not in await persona(api, perception_model="off", visual_tools=[SMILE])
        made = await persona(api, visual_tools=[SMILE])
        assert made["warnings"] == [
            "layers.perception: this server perceives nothing (perception_engine is off)"
        ]
        created = await api.create(persona_id=made["persona_id"])
        assert api.held(created["conversation_id"])[1].spec.perception is None


async def test_a_server_whose_personas_ask_is_prepared_before_they_do(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[Matcher] = []
    monkeypatch.setattr(Matcher, "prepare", lambda self: prepared.append(self))
    perceiving = Perception(Settings())
    async with run_server() as api:
        await api.http.post("/v2/personas", json={"system_prompt": "Be kind."})
        await perceiving.prepare(api.store)
        assert prepared == []
        tool = await make(api, name="left", description="The user left.", origin="vision", parameters={})
        body = {"system_prompt": "Be kind.", "tool_ids": [tool["tool_id"]]}
        await api.store.resources.add(Resource(id="p1", kind="persona", document=body))
        await perceiving.prepare(api.store)
        assert len(prepared) == 1


async def test_without_the_model_all_goes_on_and_nothing_is_matched(
    run_server: RunServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path / "nothing"))
    monkeypatch.setattr(perception_module, "_matcher", perception_module._matcher.__wrapped__)
    asked = {"visual_awareness_queries": ["Is the user smiling?"], "visual_tools": [SMILE]}
    async with run_server() as api:
        made = await persona(api, **asked)
        assert made["warnings"] == [perception_module.UNMATCHED]
        patched = await api.http.patch(
            f"/v2/personas/{made['persona_id']}",
            json=[{"op": "add", "path": "/layers/perception/visual_tool_prompt", "value": "Be quick."}],
        )
        assert patched.json()["warnings"] == [perception_module.UNMATCHED]
        with capture_logs() as logs:
            spec = await perceived(api, made["persona_id"])
    assert [query.signal for query in spec.visual_queries] == [None]
    assert [tool.signal for tool in spec.tools] == [None]
    assert [line["event"] for line in logs].count("nothing is matched to what perception tells") == 1
