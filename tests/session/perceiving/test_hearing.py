"""How turns sound, in a live conversation, by an engine that hears a given voice."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from tests.layers.perception.test_summary import voice
from tests.session.perceiving.seer import NEUTRAL, Seer, Slow, showing
from tests.session.perceiving.test_perceiver import logged, received, spec, until
from tests.session.scripted import ScriptedLLM
from tests.session.test_live import Stage, conversation
from visavis.conversation.log import replayed_events
from visavis.layers.conversational_flow.turns import LONGEST_HOLD
from visavis.layers.llm.base import TextDelta
from visavis.layers.perception.asked import Query, Tool
from visavis.rooms.memory import Guest
from visavis.session.perceiving import retrying
from visavis.session.perceiving.glances import Glances

TONE = (0.3 * 32767 * np.sin(np.arange(16_000) * 0.3)).astype(np.int16)
LIVELY = Tool(
    name="sounds_lively",
    modality="audio",
    definition={"type": "function", "function": {"name": "sounds_lively"}},
    signal="lively intonation",
    arguments={"how": "words"},
)
ASKED = spec(
    tools=[LIVELY],
    audio_queries=[Query(text="Lively?", signal="lively intonation"), Query(text="Angry?")],
    analysis_queries=[Query(text="Did they sound lively?", signal="lively intonation")],
)


async def say_something(stage: Stage, guest: Guest) -> float:
    """A second of a voice, then silence, until the turn is over; how many seconds of it that took."""
    turns = len(logged(stage, "UserTurnEnded"))
    guest.speak(TONE)
    for silence in range(1, 40):
        guest.speak(np.zeros(1_600, np.int16))
        await stage.play(0.1)
        if len(logged(stage, "UserTurnEnded")) > turns:
            return silence / 10
    raise AssertionError("the turn does not end")


def answers() -> ScriptedLLM:
    return ScriptedLLM(*[[TextDelta("Well.")] for _ in range(4)])


async def test_a_turn_carries_how_it_sounded_and_looked_and_its_tone_calls_a_tool() -> None:
    seer = Seer(voice(start=0.0, end=1.0, pitch_range=9.0))
    llm = answers()
    async with conversation(llm, ASKED, heard="oh how nice", perception=seer) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera", "microphone")
        async with showing(ann, NEUTRAL):
            await until(lambda: logged(stage, "UserPerceived"), "somebody is seen")
            await say_something(stage, ann)
            await until(lambda: received(ann, "conversation.perception_tool_call"), "the tool is called")
            await until(lambda: logged(stage, "UserPerceived")[-1]["emotions"], "the query is answered")
    assert seer.listened
    assert json.dumps([event.wire() for event in replayed_events(stage.log)]) == json.dumps(
        [message for _, message in stage.told]
    )
    heard = "Lively intonation, 3.0 words a second."
    seen = "Looking at the screen, neutral expression."
    (utterance, *_) = [
        one["properties"]
        for one in received(ann, "conversation.utterance")
        if one["properties"]["role"] == "user"
    ]
    assert (utterance["user_audio_analysis"], utterance["user_visual_analysis"]) == (heard, seen)
    (call,) = received(ann, "conversation.perception_tool_call")
    told: dict[str, Any] = call["properties"]
    assert (told["modality"], json.loads(told["arguments"])) == ("audio", {"how": heard[:-1]})
    assert "frames" not in told
    assert logged(stage, "UserPerceived")[-1]["emotions"] == "Lively? Yes, in the last turn."
    *_, paused = logged(stage, "UserTranscript")
    (ended,) = logged(stage, "UserTurnEnded")
    assert {**paused, "at": 0, "type": ""} == {**ended, "at": 0, "type": ""}
    assert len(llm.asked) == 1  # the answer begun at the pause was to the same words, looks and tone
    (analysis,) = received(ann, "conversation.perception_analysis")
    lines = analysis["properties"]["analysis"].splitlines()
    assert "- Spoke in 1 turn, 3.0 words a second." in lines
    assert "- Did they sound lively? Yes: in 1 of 1 turns." in lines


async def test_a_turn_does_not_wait_for_pictures() -> None:
    seer = Slow(voice(start=0.0, end=1.0, pitch_range=9.0))
    async with conversation(answers(), ASKED, heard="oh how nice", perception=seer) as stage:
        ann, bob = stage.room.join("Ann"), stage.room.join("Bob")
        ann.sends("microphone")
        bob.sends("camera")
        async with showing(bob, NEUTRAL):
            await until(seer.looking.is_set, "Bob is looked at, for long")
            await say_something(stage, ann)
        (ended,) = logged(stage, "UserTurnEnded")
        assert ended["audio_analysis"].startswith("Lively intonation")
        seer.go.set()


async def test_no_tone_is_heard_unless_it_may_be_told() -> None:
    seer = Seer(voice(pitch_range=9.0))
    limited = ASKED.model_copy(
        update={"perception": ASKED.perception.model_copy(update={"emotion_recognition": "limited"})}
    )
    async with conversation(answers(), limited, heard="oh how nice", perception=seer) as stage:
        ann = stage.room.join("Ann")
        await say_something(stage, ann)
    assert seer.listened == []
    assert received(ann, "conversation.perception_tool_call") == []
    (ended,) = logged(stage, "UserTurnEnded")
    assert (ended["audio_analysis"], ended["visual_analysis"]) == ("", "")


class Deaf(Seer):
    """Fails to listen so many times."""

    def __init__(self, times: int) -> None:
        super().__init__(voice(start=0.0, end=1.0, pitch_range=9.0))
        self.times = times

    def listen(self, *given: Any, **named: Any) -> Any:
        if len(self.listened) < self.times:
            self.listened.append(0.0)
            raise RuntimeError("no ears")
        return super().listen(*given, **named)


async def test_an_engine_that_cannot_listen_costs_the_tone_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrying, "PAUSES", (0.0, 0.0))
    seer = Deaf(times=100)
    with capture_logs() as logs:
        async with conversation(answers(), ASKED, heard="oh how nice", perception=seer) as stage:
            ann = stage.room.join("Ann")
            for _ in range(4):
                await say_something(stage, ann)
    assert len(seer.listened) == 3
    assert [ended["audio_analysis"] for ended in logged(stage, "UserTurnEnded")] == [""] * 4
    told = [entry["event"] for entry in logs if "tone of voice" in entry["event"]]
    assert [event.rsplit(" can", 1)[1] for event in told] == ["not be heard for now", " no longer be heard"]


async def test_a_tone_that_was_not_heard_once_is_heard_in_a_later_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retrying, "PAUSES", (0.0,))
    async with conversation(answers(), ASKED, heard="oh how nice", perception=Deaf(times=1)) as stage:
        ann = stage.room.join("Ann")
        await say_something(stage, ann)
        await say_something(stage, ann)
    *_, last = logged(stage, "UserTurnEnded")
    assert last["audio_analysis"].startswith("Lively intonation")


async def test_what_a_turn_sounded_like_is_not_told_of_the_next() -> None:
    seer = Seer(voice(start=0.0, end=1.0, pitch_range=9.0))
    async with conversation(answers(), ASKED, heard="oh how nice", perception=seer) as stage:
        ann = stage.room.join("Ann")
        await say_something(stage, ann)
        await until(lambda: logged(stage, "UserPerceived"), "the query is answered")
        assert logged(stage, "UserPerceived")[-1]["emotions"] == "Lively? Yes, in the last turn."
        seer.voice = None
        await say_something(stage, ann)
        await until(
            lambda: not logged(stage, "UserPerceived")[-1]["emotions"], "nothing is known of this one"
        )
    (analysis,) = received(ann, "conversation.perception_analysis")
    lines = analysis["properties"]["analysis"].splitlines()
    assert "- Lively intonation: in 1 of 1 that were measured." in lines
    assert "- Did they sound lively? Yes: in 1 of 1 turns." in lines


async def test_who_looks_away_to_think_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with conversation(answers(), spec(), heard="well", perception=Seer()) as stage:
        ann = stage.room.join("Ann")
        at_once = await say_something(stage, ann)
        monkeypatch.setattr(Glances, "hold", lambda self, now: LONGEST_HOLD)
        assert await say_something(stage, ann) - at_once >= LONGEST_HOLD - 0.2
