"""Perception in a live conversation, by an engine that is told what it sees."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
import time
from dataclasses import replace
from typing import Any

import av
import pytest
from structlog.testing import capture_logs

from tests.session.perceiving.seer import BLACK, BROKEN, NEUTRAL, NOBODY, SMILING, Seer, Slow, shade, showing
from tests.session.scripted import ScriptedLLM
from tests.session.test_live import SPEC, Stage, conversation
from visavis.conversation.log import replayed_events
from visavis.layers.perception.asked import Query, Tool
from visavis.rooms.memory import Guest
from visavis.session.perceiving import calling, retrying, watching
from visavis.session.spec import ConversationSpec, PerceptionSpec

PATIENCE = 10.0
SMILED = Tool(
    name="user_smiled",
    modality="vision",
    definition={"type": "function", "function": {"name": "user_smiled"}},
    signal="smiling",
    arguments={"what": "words", "sure": "confidence"},
)


def spec(**perception: Any) -> ConversationSpec:
    return SPEC.model_copy(update={"perception": PerceptionSpec(**perception)})


async def until(condition: Any, what: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert condition(), what


def received(guest: Guest, event_type: str) -> list[dict[str, Any]]:
    return [data for _, data in guest.received if data.get("event_type") == event_type]


def logged(stage: Stage, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in map(json.loads, stage.log) if entry["type"] == kind]


async def test_a_smile_calls_its_tool_once_is_told_and_stands_in_the_analysis() -> None:
    queries = {
        "visual_queries": [Query(text="Is the user smiling?", signal="smiling"), Query(text="Hats?")],
        "analysis_queries": [Query(text="Did they smile?", signal="smiling"), Query(text="Any hats?")],
    }
    asked = spec(tools=[SMILED], **queries)
    async with conversation(ScriptedLLM(), asked, perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera")
        async with showing(ann, NEUTRAL):
            await until(lambda: logged(stage, "UserPerceived"), "somebody is there")
        async with showing(ann, SMILING):
            await until(lambda: received(ann, "conversation.perception_tool_call"), "the tool is called")
            await until(lambda: logged(stage, "UserPerceived")[-1]["smiling"], "the smile is told")
            await asyncio.sleep(0.5)
        face = stage.live._face._renderer
        assert face.looking_at == pytest.approx((-0.6, 0.1))
        ann.sends()
        await until(lambda: not logged(stage, "UserPerceived")[-1]["appearance"], "nothing is known any more")
        assert face.looking_at is None
    (call,) = received(ann, "conversation.perception_tool_call")
    told = call["properties"]
    assert (told["modality"], told["name"]) == ("vision", "user_smiled")
    assert told["arguments"] == {"what": "smiling", "sure": pytest.approx(0.95)}
    (frame,) = told["frames"]
    assert frame["mime_type"] == "image/jpeg"
    with av.open(io.BytesIO(base64.b64decode(frame["data"]))) as picture:
        pixels = next(picture.decode(video=0)).to_ndarray(format="gray")
    assert pixels.mean() == pytest.approx(SMILING, abs=4)
    first, *_, smile, last = logged(stage, "UserPerceived")
    assert first["appearance"] == "One person in view, looking at the screen. Is the user smiling? No."
    assert (smile["appearance"], smile["emotions"]) == (
        "One person in view, looking at the screen. Is the user smiling? Yes.",
        "Smiling.",
    )
    assert (last["appearance"], last["emotions"], last["smiling"]) == ("", "", False)
    kept = json.dumps([*stage.log, *(message for _, message in stage.told)])
    assert told["tool_call_id"] in kept
    assert "frames" not in kept
    assert json.dumps([event.wire() for event in replayed_events(stage.log)]) == json.dumps(
        [message for _, message in stage.told]
    )
    (analysis,) = received(ann, "conversation.perception_analysis")
    lines = analysis["properties"]["analysis"].splitlines()
    assert lines[0].startswith("- The camera was on for ")
    assert [line for line in lines if line.startswith("- Smiling: once, ")]
    assert lines[-2].startswith("- Did they smile? Yes: once, ")
    assert lines[-1] == "- Any hats? This server cannot answer that: nothing it measures tells."
    assert not [line for line in lines if "rown" in line or "away" in line]


async def test_the_picture_goes_along_where_the_dialect_has_no_name_for_the_call() -> None:
    seed = spec(tools=[SMILED]).model_copy(update={"dialect": "seed"})
    async with conversation(ScriptedLLM(), seed, perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera")
        async with showing(ann, SMILING):
            await until(lambda: received(ann, "conversation.perception_tool_call"), "the tool is called")
    (call,) = received(ann, "conversation.perception_tool_call")
    assert call["properties"]["frames"] and "tool_call_id" not in call["properties"]
    assert "frames" not in json.dumps([message for _, message in stage.told])


async def test_a_call_that_ends_while_a_picture_is_made_small_says_nothing_after_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    making, go = threading.Event(), threading.Event()

    def slow(frame: Any) -> bytes:
        making.set()
        go.wait(PATIENCE)
        return b"jpeg"

    monkeypatch.setattr(calling, "jpeg", slow)
    with capture_logs() as logs:
        async with conversation(ScriptedLLM(), spec(tools=[SMILED]), perception=Seer()) as stage:
            ann = stage.room.join("Ann")
            ann.sends("camera")
            async with showing(ann, SMILING):
                await until(making.is_set, "a picture is made small")
            ann.leave()
            asyncio.get_running_loop().call_later(0.3, go.set)
    go.set()
    await asyncio.sleep(0.1)
    assert stage.told[-1][1]["event_type"] == "system.shutdown"
    assert not [entry for entry in logs if entry["log_level"] == "error"]


async def test_nothing_is_looked_at_unless_it_is_shown() -> None:
    seer = Seer()
    async with conversation(ScriptedLLM(), spec(), perception=seer) as stage:
        ann = stage.room.join("Ann")
        async with showing(ann, NEUTRAL):
            await asyncio.sleep(0.6)
        assert (seer.eyes_made, seer.looks, logged(stage, "UserPerceived")) == (0, 0, [])
        ann.sends("camera")
        async with showing(ann, NEUTRAL):
            await until(lambda: seer.looks, "the camera is looked at")
            ann.sends("microphone")
            await asyncio.sleep(0.1)
            seen = seer.looks
            await asyncio.sleep(0.6)
        assert seer.looks == seen
        assert stage.live._perceiver.newest(ann.participant.id, "camera") is None


async def test_a_black_picture_is_a_camera_that_is_off_and_not_somebody_who_left() -> None:
    async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera")
        async with showing(ann, NEUTRAL):
            await until(lambda: logged(stage, "UserPerceived"), "somebody is there")
        async with showing(ann, BLACK):
            await until(lambda: len(logged(stage, "UserPerceived")) == 2, "nothing is known any more")
            assert stage.live._perceiver._people[ann.participant.id].account.now() == ()
            for _ in range(10):
                await asyncio.sleep(0.05)
                assert stage.live._perceiver.shots() == []
    assert [told["appearance"] for told in logged(stage, "UserPerceived")] == [
        "One person in view, looking at the screen.",
        "",
    ]


async def test_a_camera_that_sends_nothing_more_is_off_and_its_owner_is_remembered_when_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(watching.STALE, "camera", 0.5)
    async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
        ann, bob = stage.room.join("Ann"), stage.room.join("Bob")
        ann.sends("camera")
        async with showing(ann, NEUTRAL):
            await until(lambda: logged(stage, "UserPerceived"), "somebody is there")
        await until(lambda: len(logged(stage, "UserPerceived")) == 2, "nothing is known any more")
        assert stage.live._perceiver.newest(ann.participant.id, "camera") is None
        ann.leave()
    assert logged(stage, "UserPerceived")[-1]["appearance"] == ""
    (analysis,) = received(bob, "conversation.perception_analysis")
    assert analysis["properties"]["analysis"].startswith("- The camera was on for ")


async def test_who_is_lost_and_comes_back_is_one_person_and_who_is_here_is_another() -> None:
    async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
        bob = stage.room.join("Bob")

        def smiles() -> int:
            return sum(entry["smiling"] for entry in logged(stage, "UserPerceived"))

        for before in range(2):
            ann = stage.room.join("Ann")
            ann.sends("camera")
            async with showing(ann, SMILING):
                await until(lambda before=before: smiles() > before, "she smiles")
            ann.leave("connection lost")
        twins = [stage.room.join("Ann") for _ in range(2)]
        for one in twins:
            one.sends("camera")
        async with showing(twins[0], NEUTRAL), showing(twins[1], NEUTRAL):
            await until(
                lambda: (
                    {one.participant.id for one in twins}
                    <= {entry["participant_id"] for entry in logged(stage, "UserPerceived")}
                ),
                "both are there",
            )
    (analysis,) = received(bob, "conversation.perception_analysis")
    told = analysis["properties"]["analysis"]
    assert told.count("## Ann") == 2, "one of them came back"
    assert told.count("Smiling: twice") + told.count("Smiling: 2 times") == 1


async def test_without_perception_or_an_engine_for_it_the_end_comes_at_once() -> None:
    for asked, engine in ((SPEC, Seer()), (spec(), None)):
        async with conversation(ScriptedLLM(), asked, perception=engine) as stage:
            ann = stage.room.join("Ann")
            ann.sends("camera")
            ann.show(shade(NEUTRAL))
            await stage.play(0.1)
        assert received(ann, "conversation.perception_analysis") == []
        assert received(ann, "system.shutdown")


async def test_a_shared_screen_is_told_apart_and_its_end_calls_a_tool() -> None:
    ended = SMILED.model_copy(
        update={
            "name": "shared",
            "signal": "sharing the screen",
            "ends": True,
            "arguments": {},
            "frames": False,
        }
    )
    async with conversation(ScriptedLLM(), spec(tools=[ended]), perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("screen")
        async with showing(ann, SMILING, "screen"):
            await until(lambda: logged(stage, "UserPerceived"), "the screen is seen")
        (told,) = logged(stage, "UserPerceived")
        assert (told["screenshare"], told["appearance"], told["smiling"]) == (
            "Sharing the screen.",
            "",
            False,
        )
        ann.sends()
        await until(lambda: received(ann, "conversation.perception_tool_call"), "its end calls")
        bob = stage.room.join("Bob")
        bob.sends("screen")
        async with showing(bob, SMILING, "screen"):
            await until(lambda: len(shared(stage)) == 2, "his screen is seen")
        bob.leave()  # whoever leaves has not stopped sharing
    (call,) = received(ann, "conversation.perception_tool_call")
    assert call["properties"]["arguments"] == {}
    assert "frames" not in call["properties"]
    (analysis,) = received(ann, "conversation.perception_analysis")
    assert analysis["properties"]["analysis"].startswith("## Ann\n\n- Sharing the screen: once, ")


async def test_a_screen_that_sends_nothing_more_is_shared_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(watching.STALE, "screen", 0.5)
    async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("screen")
        async with showing(ann, SMILING, "screen"):
            await until(lambda: shared(stage), "the screen is seen")
        await until(lambda: not logged(stage, "UserPerceived")[-1]["screenshare"], "it is told no more")
        assert stage.live._perceiver.shots() == []


def shared(stage: Stage) -> list[dict[str, Any]]:
    return [told for told in logged(stage, "UserPerceived") if told["screenshare"]]


async def test_a_picture_that_is_looked_at_while_its_source_goes_off_is_none_any_more() -> None:
    seer = Slow()
    async with conversation(ScriptedLLM(), spec(), perception=seer) as stage:
        ann = stage.room.join("Ann")
        ann.sends("screen")
        await until(lambda: seer.eyes_made, "the screen is waited for")
        ann.show(shade(NEUTRAL), "screen")
        await until(seer.looking.is_set, "it is looked at")
        perceiver = stage.live._perceiver
        person = perceiver._people[ann.participant.id]
        seer.go.set()
        time.sleep(0.1)  # noqa: ASYNC251 the engine is done, the loop has not heard of it yet
        await asyncio.sleep(0)
        perceiver.updated(replace(person.participant, sending=()))
        await asyncio.sleep(0.1)
        assert person.account.now() == ()


async def test_a_camera_that_goes_off_and_on_at_once_is_looked_at_by_one_pair_of_eyes() -> None:
    seer = Seer()
    async with conversation(ScriptedLLM(), spec(), perception=seer) as stage:
        ann = stage.room.join("Ann")
        async with showing(ann, NEUTRAL):
            for _ in range(20):
                ann.sends("camera", "screen")
                ann.sends("screen")
            ann.sends("camera")
            await until(lambda: logged(stage, "UserPerceived"), "she is seen")
            perceiver = stage.live._perceiver
            assert [shot.origin for shot in perceiver.shots()] == ["camera"]
            assert list(perceiver._people[ann.participant.id].watching) == ["camera"]
            await asyncio.sleep(0.2)
            assert len([t for t in asyncio.all_tasks() if t.get_name() == "looking"]) == 1


async def test_a_participant_on_whom_the_engine_failed_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrying, "PAUSES", (0.3,))
    with capture_logs() as logs:
        async with conversation(ScriptedLLM(), spec(tools=[SMILED]), perception=Seer()) as stage:
            ann = stage.room.join("Ann")
            ann.sends("camera")
            async with showing(ann, NEUTRAL):
                await until(lambda: logged(stage, "UserPerceived"), "she is seen")
            async with showing(ann, BROKEN):
                await until(lambda: not logged(stage, "UserPerceived")[-1]["appearance"], "nothing is known")
            assert stage.live._perceiver.newest(ann.participant.id, "camera") is None
            async with showing(ann, SMILING):
                await until(lambda: received(ann, "conversation.perception_tool_call"), "she is seen again")
    assert len(unseen(logs)) == 1 and not lost(logs)


async def test_an_engine_that_keeps_failing_takes_one_participants_sight_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrying, "PAUSES", (0.01, 0.01))
    with capture_logs() as logs:
        async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
            ann, bob = stage.room.join("Ann"), stage.room.join("Bob")
            for guest in (ann, bob):
                guest.sends("camera")
            async with showing(ann, BROKEN), showing(bob, NOBODY):
                await until(lambda: lost(logs), "Ann's sight is lost")
            ann.sends()
            ann.sends("camera")
            async with showing(ann, NEUTRAL), showing(bob, NEUTRAL):
                await until(lambda: logged(stage, "UserPerceived"), "Bob is seen")
            assert {entry["participant_id"] for entry in logged(stage, "UserPerceived")} == {
                bob.participant.id
            }
    assert len(unseen(logs)) == len(lost(logs)) == 1


def unseen(logs: list[Any]) -> list[Any]:
    return [entry for entry in logs if entry["event"] == "a participant cannot be seen for now"]


def lost(logs: list[Any]) -> list[Any]:
    return [entry for entry in logs if entry["event"] == "a participant can no longer be seen"]


async def test_where_emotions_are_not_to_be_told_no_smile_is() -> None:
    asked = spec(
        emotion_recognition="off",
        tools=[SMILED],
        visual_queries=[Query(text="Smiling?", signal="smiling")],
        analysis_queries=[Query(text="Did they smile?", signal="smiling")],
    )
    async with conversation(ScriptedLLM(), asked, perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera")
        async with showing(ann, SMILING):
            people = stage.live._perceiver._people
            await until(lambda: people, "she is in the room")
            account = people[ann.participant.id].account
            await until(lambda: "smiling" in account.now(), "the smile is seen")
            await asyncio.sleep(0.2)
    (told,) = logged(stage, "UserPerceived")
    assert (told["appearance"], told["emotions"], told["smiling"]) == (
        "One person in view, looking at the screen.",
        "",
        False,
    )
    assert received(ann, "conversation.perception_tool_call") == []
    (analysis,) = received(ann, "conversation.perception_analysis")
    assert "Smiling" not in analysis["properties"]["analysis"]
    assert analysis["properties"]["analysis"].endswith(
        "- Did they smile? Not answered: emotion recognition is restricted here."
    )


async def test_words_of_somebody_who_reads_pictures_stand_beside_what_is_measured() -> None:
    async with conversation(ScriptedLLM(), spec(), perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("screen")
        async with showing(ann, SMILING, "screen"):
            await until(lambda: logged(stage, "UserPerceived"), "the screen is seen")
        seeing = stage.live._perceiver
        seeing.described(ann.participant.id, appearance="A red hat.", screenshare="A table of prices.")
        await until(lambda: len(logged(stage, "UserPerceived")) == 2, "the words are told")
        told = logged(stage, "UserPerceived")[-1]
        assert told["appearance"] == "A red hat."
        assert told["screenshare"] == "Sharing the screen. A table of prices."
        ann.sends()
        await until(lambda: len(logged(stage, "UserPerceived")) == 3, "they are forgotten with the screen")
        assert logged(stage, "UserPerceived")[-1]["screenshare"] == ""
        seeing.described("nobody", appearance="Somebody who is not here.")
