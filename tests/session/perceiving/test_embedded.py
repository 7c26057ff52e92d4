"""Perception in a live conversation, by the real engine and with pictures of people."""

from __future__ import annotations

import asyncio

import av

from tests.layers.perception.seen import filmed, person
from tests.session.perceiving.test_perceiver import SMILED, logged, received, spec, until
from tests.session.scripted import ScriptedLLM
from tests.session.test_live import Stage, conversation
from visavis.layers.perception.embedded import EmbeddedPerception
from visavis.rooms.memory import Guest


async def film(guest: Guest, name: str, until_then: asyncio.Event) -> None:
    """A camera before one person, until something has happened."""
    at = 0.0
    while not until_then.is_set():
        guest.show(av.VideoFrame.from_ndarray(filmed(person(name), at).rgba, "rgba"))
        at += 0.1
        await asyncio.sleep(0.1)


async def shown(stage: Stage, guest: Guest, name: str, happens: object) -> None:
    happened = asyncio.Event()
    filming = asyncio.create_task(film(guest, name, happened))
    await until(happens, f"{name} is seen")
    happened.set()
    await filming


async def test_a_person_who_smiles_is_seen_to_smile_and_to_do_nothing_else() -> None:
    async with conversation(ScriptedLLM(), spec(tools=[SMILED]), perception=EmbeddedPerception()) as stage:
        ann = stage.room.join("Ann")
        ann.sends("camera")
        await shown(stage, ann, "asian man neutral", lambda: logged(stage, "UserPerceived"))
        await shown(stage, ann, "asian man smiling", lambda: logged(stage, "UserPerceived")[-1]["smiling"])
    neutral, smiling = logged(stage, "UserPerceived")
    assert (neutral["emotions"], smiling["emotions"]) == ("", "Smiling.")
    assert neutral["appearance"] == smiling["appearance"] == "One person in view, looking at the screen."
    assert len(received(ann, "conversation.perception_tool_call")) == 1
    (analysis,) = received(ann, "conversation.perception_analysis")
    facts = [line.split(":")[0] for line in analysis["properties"]["analysis"].splitlines()]
    assert facts[2:] == ["- Smiling"]
