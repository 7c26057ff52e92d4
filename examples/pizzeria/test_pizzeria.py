"""Whole calls in virtual time: no server, no key, no network, and minutes pass in milliseconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pizzeria import PERSONA, Event, Kitchen, run_tools
from visavis.client import Client
from visavis.protocol.events import ToolCall, UtteranceStreaming
from visavis.testing import RunningServer, ScriptedCall, ScriptedConversation, calls
from visavis.testing.openai_server import Reply, Request, ScriptedServer, call, say

MakeConversation = Callable[..., ScriptedConversation]

GREETING = "Pizzeria Gina, what may I bring you?"
FILLER = "One moment, I ask the kitchen."


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def pizzeria(conversation: MakeConversation, kitchen: Kitchen) -> MakeConversation:
    """A call with the persona and the program, up to the end of the greeting."""

    async def program(room: ScriptedCall) -> None:
        events: AsyncIterator[Event] = (message.data async for message in room.messages())
        await run_tools(events, room.send, kitchen)

    def begin(**script: Any) -> ScriptedConversation:
        begun = conversation(PERSONA, app=program, **script)
        begun.run_until_heard(GREETING)
        begun.run_until_idle()
        return begun

    return begin


def test_an_order_is_placed_and_confirmed_with_what_the_kitchen_said(
    pizzeria: MakeConversation, kitchen: Kitchen
) -> None:
    talk = pizzeria(
        llm={
            "two margherita": calls("place_order", pizza="margherita", number=2),
            "20 minutes": "Two margherita, ready in twenty minutes.",
        }
    )

    heard = talk.ask("I would like two margherita.")

    assert heard == f"{FILLER} Two margherita, ready in twenty minutes."
    assert kitchen.orders == [("margherita", 2)]
    assert talk.llm.asked[-1].result == "2 margherita in 20 minutes, 18.00 euros"
    talk.expect(ToolCall, times=1, name="place_order", arguments={"pizza": "margherita", "number": 2})


def test_what_is_not_on_the_menu_is_refused(pizzeria: MakeConversation, kitchen: Kitchen) -> None:
    talk = pizzeria(
        llm={
            "no hawaii": "I am sorry, we have no hawaii.",
            "one hawaii": calls("place_order", pizza="hawaii", number=1),
        }
    )

    assert talk.ask("One hawaii!").endswith("I am sorry, we have no hawaii.")
    assert kitchen.orders == []
    assert talk.llm.asked[-1].result == "Error: there is no hawaii"


def test_arguments_that_make_no_sense_are_answered_too(pizzeria: MakeConversation, kitchen: Kitchen) -> None:
    talk = pizzeria(
        llm={
            "marinara": calls("place_order", pizza="marinara", number="some"),
            "say which": "How many marinara?",
        }
    )

    assert talk.ask("Marinara, please.").endswith("How many marinara?")
    assert kitchen.orders == []


def test_a_guest_who_interrupts_is_listened_to(pizzeria: MakeConversation) -> None:
    talk = pizzeria(
        llm={
            "what is there": "There is margherita, there is marinara, and there is funghi with fresh herbs.",
            "stop": "Of course.",
        }
    )
    talk.starts_saying("What is there?")
    talk.run_until_heard("There is margherita,")

    talk.says("Stop, I know it.")
    talk.run_until_idle()

    talk.expect(UtteranceStreaming, role="replica", is_interrupted=True, speech="There is margherita,")
    told, answered = [entry for entry in talk.history if entry.role == "assistant"][1:]
    assert told.text == "There is margherita,"  # what nobody heard, the LLM does not believe it has said
    assert answered.text == "Of course."


def test_a_slow_kitchen_does_not_keep_the_guest_from_talking(
    pizzeria: MakeConversation, kitchen: Kitchen
) -> None:
    kitchen.takes = 60.0
    talk = pizzeria(
        llm={
            "15 minutes": "Your funghi is in the oven.",
            "one funghi": calls("place_order", pizza="funghi", number=1),
            "are you open": "Until eleven.",
        }
    )

    assert talk.ask("One funghi.") == FILLER
    assert talk.ask("How long are you open?") == "Until eleven."
    talk.run_until_heard("Your funghi is in the oven.")
    assert talk.now > 60


def test_a_ten_minute_call(pizzeria: MakeConversation, kitchen: Kitchen) -> None:
    talk = pizzeria(
        llm=lambda asked: "Noted." if asked.result else calls("place_order", pizza="margherita", number=1)
    )

    while talk.now < 600:
        talk.ask("One more margherita, please.")
        talk.run(20)

    assert len(kitchen.orders) == len(talk.of(ToolCall)) > 10
    assert not talk.ended


async def test_the_same_program_on_the_real_server(visavis_server: RunningServer) -> None:
    """What virtual time promises holds: REST, the event log and the LLM's endpoint are real."""

    def answer(request: Request) -> Reply:
        last = request.body["messages"][-1]
        if last["role"] == "tool":
            return say(f"The kitchen says: {last['content']}.")
        return call("place_order", '{"pizza": "margherita", "number": 2}')

    kitchen = Kitchen(takes=0.1)
    async with ScriptedServer(answer=answer) as llm, Client(visavis_server.url, visavis_server.key) as client:
        layers = {"llm": {**PERSONA["layers"]["llm"], "base_url": llm.base_url}}
        persona = await client.personas.create(**{**PERSONA, "layers": layers})
        made = await client.conversations.create(persona_id=persona.persona_id, chat=True)
        events = client.conversations.follow(made.conversation_id)
        program = asyncio.create_task(run_tools(events, client.interactions.send, kitchen))

        told = await order_in_a_chat(made.conversation_url, "Two margherita, please.")
        await program

    assert kitchen.orders == [("margherita", 2)]
    assert told == [GREETING, FILLER, "The kitchen says: 2 margherita in 20 minutes, 18.00 euros."]


async def order_in_a_chat(url: str, text: str) -> list[str]:
    """A guest who writes this after the greeting, and goes after two answers; what the replica wrote."""
    told: list[str] = []
    asked = {"event_type": "conversation.respond", "properties": {"text": text}}
    async with connect(f"{url}/chat".replace("http", "ws", 1)) as guest:
        async for frame in guest:
            event = json.loads(frame).get("data", {})
            if (
                event.get("event_type") == "conversation.utterance"
                and event["properties"]["role"] == "replica"
            ):
                told.append(event["properties"]["speech"])
                if told == [GREETING]:
                    await guest.send(json.dumps({"data": asked}))
                elif len(told) == 3:
                    break
    return told
