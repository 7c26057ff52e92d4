"""What people are told before they join, and the operator's ban on emotion recognition."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.server.conftest import Api, RunServer
from visavis.server.notices import NOTICES, notices_of
from visavis.session.bodies import CreateConversation, PersonaBody
from visavis.session.spec import ConversationSpec, PerceptionSpec, VisionSpec

WAVE = {"type": "function", "function": {"name": "wave", "description": "When the user waves."}}


async def begun(api: Api, persona: dict[str, Any], **body: Any) -> tuple[ConversationSpec, dict[str, Any]]:
    """What the worker is told, and what the page is."""
    answer = await api.http.post("/v2/pals", json={"system_prompt": "Be kind.", **persona})
    assert answer.status_code == 200, answer.text
    name = (await api.create(pal_id=answer.json()["pal_id"], **body))["conversation_id"]
    return api.held(name)[1].spec, (await api.http.get(f"/{name}/status")).json()


LOOKS: list[tuple[dict[str, Any], dict[str, Any], tuple[str, bool, bool]]] = [
    ({}, {}, ("full", True, False)),
    ({"visual_tools": [WAVE]}, {}, ("full", True, True)),
    ({"visual_tools": [{**WAVE, "frames": False}]}, {}, ("full", True, False)),
    ({"audio_tools": [WAVE]}, {}, ("full", True, False)),
    ({"emotion_recognition": "limited"}, {}, ("limited", False, False)),
    ({"emotion_recognition": "auto"}, {"policy": "eu"}, ("limited", False, False)),
    ({"emotion_recognition": "full"}, {"policy": "eu"}, ("full", True, False)),
    ({}, {"properties": {"emotion_recognition": "off", "perception": "full"}}, ("full", True, False)),
]
"""A persona's perception layer, a conversation's body, and what comes of them: emotion recognition, whether
the voice is analysed, and whether a tool's call brings a picture."""


async def test_people_are_told_what_is_looked_at(api: Api) -> None:
    for layer, body, told in LOOKS:
        spec, status = await begun(api, {"layers": {"perception": layer}}, **body)
        assert spec.perception is not None
        notice = status["perception"]
        assert spec.perception.emotion_recognition == notice["emotion_recognition"], layer
        assert tuple(notice[name] for name in ("emotion_recognition", "voice", "frames")) == told, layer
        assert (notice["vision"], notice["elsewhere"]) == (True, False)


async def test_nothing_is_told_where_nothing_is_looked_at(api: Api) -> None:
    off: dict[str, Any] = {"layers": {"perception": {"perception_model": "off"}}}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (off, {}),
        ({"pipeline_mode": "echo"}, {}),
        ({}, {"chat": True}),
        ({}, {"test_mode": True}),
    ]
    for persona, body in cases:
        answer = await api.http.post("/v2/pals", json={"system_prompt": "Be kind.", **persona})
        name = (await api.create(pal_id=answer.json()["pal_id"], **body))["conversation_id"]
        assert (await api.http.get(f"/{name}/status")).json()["perception"] is None, (persona, body)


@pytest.mark.parametrize("most", ["limited", "off"])
async def test_no_persona_and_no_conversation_gets_more_than_the_operator_allows(
    run_server: RunServer, most: str
) -> None:
    async with run_server(emotion_recognition=most) as api:
        wanted = {"emotion_recognition": "full"}
        asked = {**wanted, "policy": "", "properties": {**wanted, "perception": wanted}, "layers": wanted}
        with capture_logs() as logs:
            spec, status = await begun(api, {"layers": {"perception": wanted}}, **asked)
        assert spec.perception is not None
        assert spec.perception.emotion_recognition == most
        assert (status["perception"]["emotion_recognition"], status["perception"]["voice"]) == (most, False)
        said = [log for log in logs if log["event"] == "less emotion recognition than the persona asks for"]
        assert [(log["asked"], log["allowed"]) for log in said] == [("full", most)]
        _, status = await begun(api, {"layers": {"perception": {"emotion_recognition": "off"}}})
        assert status["perception"]["emotion_recognition"] == "off"


def test_a_model_elsewhere_is_told_of() -> None:
    spec = ConversationSpec(
        conversation_id="c1",
        replica_id="r",
        replica_name="Vera",
        persona_id="p",
        persona_name="Vera",
        perception=PerceptionSpec(vision=VisionSpec(base_url="http://vlm.test/v1", model="m")),
    )
    told = notices_of(CreateConversation(), PersonaBody(system_prompt="Be kind."), spec)
    assert told[NOTICES]["perception"]["elsewhere"] is True
    assert "vlm" not in str(told)


async def test_a_server_that_perceives_nothing_tells_of_nothing(run_server: RunServer) -> None:
    async with run_server(perception_engine="off") as api:
        spec, status = await begun(api, {})
        assert (spec.perception, status["perception"]) == (None, None)


WORDS = {"verbal_disclosure": "I am an AI coach.", "visual_disclosure": "AI coach"}
OWN = "You are talking with an AI."


ALWAYS = {**WORDS, "disclosure_type": "always"}


async def test_a_persona_says_that_it_is_an_ai(api: Api) -> None:
    cases: list[tuple[dict[str, Any], dict[str, Any], str, str | None]] = [
        (ALWAYS, {}, "I am an AI coach. Hello!", "AI coach"),
        (ALWAYS, {"custom_greeting": "Hi."}, "I am an AI coach. Hi.", "AI coach"),
        (ALWAYS, {"custom_greeting": ""}, "I am an AI coach.", "AI coach"),
        ({**WORDS, "disclosure_type": "auto"}, {}, "Hello!", None),
        ({**WORDS, "disclosure_type": "auto"}, {"policy": "eu"}, "I am an AI coach. Hello!", "AI coach"),
        ({}, {"policy": "eu"}, f"{OWN} Hello!", OWN),
        ({"disclosure_type": "never"}, {"policy": "eu"}, "Hello!", None),
        ({**ALWAYS, "pipeline_mode": "echo"}, {}, "", "AI coach"),
    ]
    for persona, body, greeting, shown in cases:
        spec, status = await begun(api, {"greeting": "Hello!", **persona}, **body)
        assert (spec.greeting, status["disclosure"]) == (greeting, shown), (persona, body)
        kept = (await api.http.get(f"/v2/pals/{spec.persona_id}")).json()
        assert {name: kept[name] for name in persona} == persona
