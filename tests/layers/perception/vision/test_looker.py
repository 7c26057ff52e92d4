"""Against a scripted endpoint over HTTP: there is no vision-language model offline."""

from __future__ import annotations

import asyncio
import io
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import av
import numpy as np
import pytest
from structlog.testing import capture_logs

from visavis.layers.perception.asked import Query, Tool
from visavis.layers.perception.base import Origin
from visavis.layers.perception.vision import looker as looker_module
from visavis.layers.perception.vision.base import Observation, Shot, ToolCalled
from visavis.layers.perception.vision.looker import Looker
from visavis.session.spec import PerceptionSpec, VisionSpec
from visavis.testing.openai_server import (
    Hold,
    Reply,
    Request,
    ScriptedServer,
    call,
    delta,
    pictures_of,
    refuse,
    say,
    text_of,
)

ANN, BOB = "participant-ann", "participant-bob"
SMILED = Tool(
    name="smiled",
    modality="vision",
    definition={"type": "function", "function": {"name": "smiled", "parameters": {}}},
)
MUG = {"appearance": "A woman with a mug.", "emotions": "Content.", "answers": {"1": "She sits."}}
WAVES = say(json.dumps({"appearance": "Waves."}))


class Stage:
    """Keeps frames as a session does, and what a looker tells."""

    def __init__(self) -> None:
        self.shots: list[Shot] = []
        self.looks = 0
        self.seen: list[Observation] = []
        self.calls: list[ToolCalled] = []
        self._began = time.monotonic()

    def clock(self) -> float:
        return time.monotonic() - self._began

    def newest(self) -> list[Shot]:
        self.looks += 1
        return list(self.shots)

    def shows(self, level: int, who: str = ANN, origin: Origin = "camera", age: float = 0.0) -> None:
        """A source's newest frame is of this grey."""
        pixels = np.full((720, 1280, 3), level, np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        self.shots = [shot for shot in self.shots if (shot.participant_id, shot.origin) != (who, origin)]
        self.shots.append(Shot(who, origin, self.clock() - age, frame))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of this test
            await asyncio.sleep(0.01)


@asynccontextmanager
async def looking(
    server: ScriptedServer, stage: Stage, limits: dict[str, Any] | None = None, **wanted: Any
) -> AsyncIterator[Looker]:
    endpoint = VisionSpec(
        base_url=server.base_url, api_key="sk-vision", model="vlm", **{"interval": 0.02, **(limits or {})}
    )
    looker = Looker(
        endpoint, PerceptionSpec(**wanted), stage, stage.clock, stage.seen.append, stage.calls.append
    )
    running = asyncio.create_task(looker.run())
    try:
        yield looker
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await looker.aclose()


async def test_the_newest_frames_are_shown_with_the_persona_s_queries_and_the_answer_says_how_old_it_is():
    stage = Stage()
    stage.shows(100, age=3.0)
    stage.shows(200, origin="screen")
    answer = {**MUG, "screenshare": "A chart."}
    wanted = {"visual_queries": [Query(text="Does she sit?")], "visual_tool_prompt": "Call smiled on smiles."}
    script = [say(json.dumps(answer))]
    async with ScriptedServer(script) as server, looking(server, stage, tools=[SMILED], **wanted) as looker:
        await until(lambda: stage.seen)
        seen, stats = looker.seen(ANN), looker.stats()
    (request,) = server.requests
    system, asked = request.body["messages"]
    assert "1. Does she sit?" in system["content"] and "Call smiled on smiles." in system["content"]
    assert "emotions" in system["content"]
    camera, screen = text_of(asked).splitlines()
    assert re.fullmatch(r"The participant's camera, [3-9]\.\d s ago:", camera)
    assert re.fullmatch(r"The participant's shared screen, \d\.\d s ago:", screen)
    for picture, level in zip(pictures_of(asked), (100, 200), strict=True):
        with av.open(io.BytesIO(picture)) as file:
            pixels = next(file.decode(video=0)).to_ndarray(format="gray")
        assert pixels.shape == (288, 512) and abs(pixels.mean() - level) < 3
    assert [tool["function"]["name"] for tool in request.body["tools"]] == ["smiled"]
    assert request.body["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {}}
    assert (request.body["max_tokens"], request.body["model"]) == (300, "vlm")
    assert ANN not in json.dumps(request.body)
    assert seen is not None and seen == stage.seen[0]
    assert seen.frame_at < 0 < seen.asked_at <= seen.answered_at
    assert seen.appearance_words(seen.frame_at + 3.0) == "A woman with a mug. She sits. (seen 3 s ago)"
    assert (seen.emotions, seen.screenshare) == ("Content.", "A chart.")
    assert stats["vision_state"] == "looking" and stats["vision_requests"] == 1
    assert 3.0 <= stats["vision_age"] < 10


async def test_one_question_at_a_time_and_then_the_frame_that_is_newest_by_then():
    stage = Stage()
    stage.shows(50)
    async with ScriptedServer([Reply((Hold(),))], lambda _: WAVES) as server, looking(server, stage):
        await server.wait_until(lambda server: len(server.requests) == 1)
        for level in (100, 150, 200):
            stage.shows(level)
            await asyncio.sleep(0.1)
        assert len(server.requests) == 1
        stage.shows(250)
        server.release()
        await until(lambda: stage.seen)
    (picture,) = pictures_of(server.requests[-1].body["messages"][1])
    with av.open(io.BytesIO(picture)) as file:
        assert abs(next(file.decode(video=0)).to_ndarray(format="gray").mean() - 250) < 3


async def test_where_nothing_moved_nothing_is_asked_and_what_was_seen_stays_fresh(monkeypatch):
    stage = Stage()
    stage.shows(100)
    async with ScriptedServer(answer=lambda _: WAVES) as server, looking(server, stage) as looker:
        await until(lambda: stage.seen)
        stage.shows(101)
        looks = stage.looks
        await until(lambda: stage.looks > looks + 5)
        assert len(server.requests) == 1
        seen = looker.seen(ANN)
        assert seen is not None and seen.holds_at == stage.shots[0].at > seen.frame_at
        stage.shows(150)
        await until(lambda: len(stage.seen) == 2)
        looks = stage.looks
        await until(lambda: stage.looks > looks + 3)
        assert len(server.requests) == 2
        monkeypatch.setattr(looker_module, "STILL", 0.1)
        await until(lambda: len(server.requests) >= 4)


async def test_participants_are_asked_about_in_turn_and_forgotten_when_their_camera_is_off():
    stage = Stage()
    stage.shows(100)
    stage.shows(100, BOB)
    async with ScriptedServer(answer=lambda _: WAVES) as server, looking(server, stage) as looker:
        await until(lambda: len(stage.seen) == 2)
        assert [seen.participant_id for seen in stage.seen] == [ANN, BOB]
        assert all(len(pictures_of(request.body["messages"][1])) == 1 for request in server.requests)
        stage.shots = [shot for shot in stage.shots if shot.participant_id == BOB]
        assert looker.seen(ANN) is None and looker.seen(BOB) is not None
        stage.shows(100)
        await until(lambda: looker.seen(ANN))
        assert len(server.requests) == 3


def smiles(request: Request) -> Reply:
    """As most models do: a call, and no words beside it."""
    return call("smiled", "{}") if "tools" in request.body else WAVES


async def test_a_smile_that_lasts_is_one_call_with_its_picture_and_words_are_asked_for_without_tools():
    stage = Stage()
    stage.shows(0)
    async with ScriptedServer(answer=smiles) as server, looking(server, stage, tools=[SMILED]):
        for level in range(10, 60, 10):
            count = len(stage.seen)
            await until(lambda count=count: len(stage.seen) > count)
            stage.shows(level)
        (made,) = stage.calls
    assert (made.participant_id, made.name, made.arguments) == (ANN, "smiled", {})
    assert made.photos[0].jpeg in pictures_of(server.requests[0].body["messages"][1])
    assert made.frame_at == made.photos[0].shot.at <= made.answered_at
    assert ["tools" in request.body for request in server.requests[:4]] == [True, False, True, False]
    assert "Call a function" not in server.requests[1].body["messages"][0]["content"]


async def test_tools_that_a_signal_calls_or_of_the_voice_are_not_offered():
    stage = Stage()
    stage.shows(100)
    others = [
        SMILED.model_copy(update={"name": "signalled", "signal": "smiling"}),
        SMILED.model_copy(update={"name": "voiced", "modality": "audio"}),
    ]
    async with ScriptedServer([call("voiced", "{}"), WAVES]) as server:
        with capture_logs() as logs:
            async with looking(server, stage, tools=others):
                await until(lambda: stage.seen)
    assert "tools" not in server.requests[0].body and not stage.calls
    assert [line["reason"] for line in logs] == ["it called a function that was not offered"]


@pytest.mark.parametrize(("level", "movements"), [("limited", True), ("off", False)])
async def test_what_may_not_be_told_is_asked_of_no_model_and_it_is_told_so(level: str, movements: bool):
    stage = Stage()
    stage.shows(100)
    asked = [Query(text="Do they frown?", withheld=True), Query(text="Which hat?")]
    tools = [SMILED.model_copy(update={"withheld": True})]
    wanted: dict[str, Any] = {"visual_queries": asked, "analysis_queries": asked, "tools": tools}
    async with (
        ScriptedServer([WAVES, say("An account.")]) as server,
        looking(server, stage, emotion_recognition=level, **wanted) as looker,
    ):
        await until(lambda: stage.seen)
        await looker.conclude("", stage.clock() + 10)
    for request in server.requests:
        system = request.body["messages"][0]["content"]
        assert "1. Which hat?" in system and "Do they frown?" not in system and "tools" not in request.body
        assert ("Movements (smiling, nodding, looking away) may be told." in system) is movements


async def test_moods_are_neither_asked_for_nor_told_where_they_must_not_be():
    stage = Stage()
    stage.shows(100)
    script, level = [say(json.dumps(MUG)), say("An account.")], "limited"
    async with ScriptedServer(script) as server, looking(server, stage, emotion_recognition=level) as looker:
        await until(lambda: stage.seen)
        await looker.conclude("", stage.clock() + 10)
    for request in server.requests:
        assert '"emotions"' not in request.body["messages"][0]["content"]
        assert "Never tell, name or guess anybody's mood" in request.body["messages"][0]["content"]
    assert stage.seen[0].emotions == "" and "Content" not in json.dumps(server.requests[1].body)


async def test_an_endpoint_that_fails_is_asked_ever_less_and_nobody_s_words_are_logged():
    stage = Stage()
    stage.shows(100)
    broken = [refuse(500, message="sk-vision A woman"), refuse(429, code="rate_limit"), say("I see a woman.")]
    async with ScriptedServer([*broken, say("A woman again."), WAVES]) as server:
        with capture_logs() as logs:
            async with looking(server, stage) as looker:
                await server.wait_until(lambda server: len(server.requests) == 2)
                assert looker.stats()["vision_state"] == "failing"
                for level in (150, 200, 250):
                    await until(lambda level=level: len(server.requests) >= level // 50)
                    stage.shows(level)
                await until(lambda: stage.seen)
                stats = looker.stats()
    events = [(line["event"], line.get("reason")) for line in logs]
    assert events == [
        ("vision-language model does not answer", "the LLM endpoint answered 500 Scripted"),
        ("vision-language model answers again", None),
        ("part of a vision-language model's answer is not used", "it holds no JSON object"),
    ]
    assert (stats["vision_state"], stats["vision_failures"], stats["vision_unused"]) == ("looking", 2, 2)


async def test_a_frame_that_cannot_be_read_ends_nothing_and_keeps_nobody_else_from_being_looked_at():
    stage = Stage()
    stage.shots = [Shot(ANN, "camera", 0.0, "no frame")]
    async with ScriptedServer(answer=lambda _: WAVES) as server:
        with capture_logs() as logs:
            async with looking(server, stage) as looker:
                await until(lambda: stage.looks > 2)
                stage.shows(100, BOB)
                await until(lambda: [seen.participant_id for seen in stage.seen] == [BOB])
                stage.shows(100)
                await until(lambda: ANN in [seen.participant_id for seen in stage.seen])
                assert looker.stats()["vision_failures"] == 0, "no question failed"
    assert [line["event"] for line in logs] == ["a look through the vision-language model failed"]


async def test_the_cap_is_kept_said_once_and_told_in_the_analysis():
    stage = Stage()
    stage.shows(0)

    def answer(request: Request) -> Reply:
        level = 30 * len(server.requests)
        stage.shows(level)
        return say(json.dumps({"appearance": f"Scene {level}."}))

    async with ScriptedServer(answer=answer) as server:
        with capture_logs() as logs:
            async with looking(server, stage, {"max_requests": 4}) as looker:
                await until(lambda: looker.stats()["vision_state"] == "limit")
                looks = stage.looks
                await asyncio.sleep(0.2)
                assert (len(server.requests), stage.looks) == (3, looks)
                text = await looker.conclude("", stage.clock() + 10)
                assert await looker.conclude("", stage.clock() + 10) is None
    assert len(server.requests) == 4
    assert text is not None and text.endswith("*The model looked until 0:00 only: its limit was reached.*")
    assert [line["event"] for line in logs] == ["vision-language model is asked no more"]


async def test_the_analysis_rests_on_notes_facts_and_the_last_pictures():
    stage = Stage()
    stage.shows(100)
    wanted = {
        "visual_queries": [Query(text="Does she sit?")],
        "analysis_queries": [Query(text="Was there a mug?")],
        "tools": [SMILED],
    }
    account = say("```markdown\nShe drank <img src=x> 3 < 4 cups.\n\n", "**Was there a mug?** Yes.\n```")
    replies = [say(json.dumps(MUG)), account]
    async with ScriptedServer(replies) as server, looking(server, stage, **wanted) as looker:
        await until(lambda: stage.seen)
        text = await looker.conclude("Smiled twice.", stage.clock() + 10)
        assert len(server.requests) == 2
    assert text == "She drank &lt;img src=x> 3 < 4 cups.\n\n**Was there a mug?** Yes."
    system, asked = server.requests[1].body["messages"]
    assert "1. Was there a mug?" in system["content"] and "Not observed." in system["content"]
    told = text_of(asked)
    assert "participant 1: A woman with a mug. Content. Query 1: She sits." in told
    assert "Smiled twice." in told and "1. Does she sit?" in told
    assert len(pictures_of(asked)) == 1 and ANN not in told
    assert "tools" not in server.requests[1].body


@pytest.mark.parametrize("last", [refuse(500), Reply((delta(content="She"), Hold())), say("  ")])
async def test_without_a_whole_analysis_in_time_there_is_none(last: Reply):
    stage = Stage()
    stage.shows(100)
    async with ScriptedServer([WAVES, last]) as server, looking(server, stage) as looker:
        await until(lambda: stage.seen)
        assert await looker.conclude("", stage.clock() + 1.0) is None
        assert len(server.requests) == 2


async def test_a_question_in_flight_gives_way_to_the_analysis():
    stage = Stage()
    stage.shows(100)
    script = [Reply((Hold(),)), say("Somebody.")]
    async with ScriptedServer(script) as server, looking(server, stage) as looker:
        await server.wait_until(lambda server: len(server.requests) == 1)
        assert await looker.conclude("", stage.clock() + 10) == "Somebody."
        await server.wait_until(lambda server: server.hung_up == 1)


async def test_of_a_call_without_a_camera_the_model_is_told_nothing():
    stage = Stage()
    async with ScriptedServer() as server, looking(server, stage) as looker:
        await until(lambda: stage.looks > 2)
        assert await looker.conclude("The camera was off.", stage.clock() + 10) is None
        assert not server.requests
