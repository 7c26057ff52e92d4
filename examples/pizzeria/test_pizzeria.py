"""Whole calls in virtual time: no server, no key, no network, and minutes pass in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pizzeria import PERSONA, Kitchen, tools_of
from visavis.client import Client
from visavis.protocol.events import ToolCall, Utterance, UtteranceStreaming
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
        room.use(tools_of(kitchen))
        await room.closed.wait()

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
            "should be 'margherita'": "I am sorry, we have no hawaii.",
            "one hawaii": calls("place_order", pizza="hawaii", number=1),
        }
    )

    assert talk.ask("One hawaii!").endswith("I am sorry, we have no hawaii.")
    assert kitchen.orders == []
    assert talk.llm.asked[-1].result == "Error: pizza: Input should be 'margherita', 'marinara' or 'funghi'"


def test_what_the_kitchen_refuses_is_told(pizzeria: MakeConversation, kitchen: Kitchen) -> None:
    talk = pizzeria(
        llm={
            "at most twenty": "That is more than we can bake at once.",
            "a hundred": calls("place_order", pizza="funghi", number=100),
        }
    )

    assert talk.ask("A hundred funghi!").endswith("That is more than we can bake at once.")
    assert kitchen.orders == []


def test_arguments_that_make_no_sense_are_answered_too(pizzeria: MakeConversation, kitchen: Kitchen) -> None:
    talk = pizzeria(
        llm={
            "marinara": calls("place_order", pizza="marinara", number="some"),
            "number: input should be": "How many marinara?",
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
        async with client.steer(made) as program:
            program.use(tools_of(kitchen))
            async with client.join(made, user_name="Guest") as guest:
                told = await guest.respond("Two margherita, please.")
                greeting = await anext(
                    event async for event in guest.events() if isinstance(event, Utterance)
                )

    assert kitchen.orders == [("margherita", 2)]
    assert greeting.properties.speech == GREETING
    assert told.speech == f"{FILLER} The kitchen says: 2 margherita in 20 minutes, 18.00 euros."
