"""A pizzeria that takes orders in a video call: a persona with two tools, and the program that runs them.

    VISAVIS_API_KEY=… python examples/pizzeria/pizzeria.py

prints the address of a call. A small language model does not call tools reliably: give the server another one
(docs/llm.md).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from visavis.client import Client

Event = dict[str, Any]
Send = Callable[[Event], Awaitable[None]]

MENU = {"margherita": 9.0, "marinara": 8.0, "funghi": 11.5}

PERSONA: dict[str, Any] = {
    "persona_name": "Gina",
    "system_prompt": (
        "You take orders for a pizzeria, in one or two short spoken sentences. "
        f"There are {', '.join(MENU)}. When a guest has chosen, call place_order; promise nothing before."
    ),
    "greeting": "Pizzeria Gina, what may I bring you?",
    "layers": {
        "llm": {
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "place_order",
                        "description": "Order a pizza. Answers when it will be ready, or why it will not.",
                        "parameters": {
                            "type": "object",
                            "properties": {
                                "pizza": {"type": "string", "enum": list(MENU)},
                                "number": {"type": "integer", "minimum": 1},
                            },
                            "required": ["pizza", "number"],
                        },
                    },
                    "on_call": "static_filler",
                    "static_filler": "One moment, I ask the kitchen.",
                },
                {
                    "type": "function",
                    "function": {
                        "name": "show_menu",
                        "description": "Show the menu on the guest's screen.",
                        "parameters": {"type": "object", "properties": {}},
                    },
                    "on_resolve": "fire_and_forget",
                },
            ]
        }
    },
}


class Refused(Exception):
    """The kitchen will not make this; says why."""


@dataclass
class Kitchen:
    """Where orders go.

    Attributes:
        takes: seconds until it answers.
        orders: how many of which.
    """

    takes: float = 1.0
    orders: list[tuple[str, int]] = field(default_factory=list)

    async def order(self, pizza: str, number: int) -> str:
        """Take an order.

        Returns:
            When it will be ready, and the price.

        Raises:
            Refused: no such pizza, or too many.
        """
        await asyncio.sleep(self.takes)
        if pizza not in MENU:
            raise Refused(f"there is no {pizza}")
        if not 1 <= number <= 20:
            raise Refused("at most twenty at a time")
        self.orders.append((pizza, number))
        return f"{number} {pizza} in {10 + 5 * number} minutes, {number * MENU[pizza]:.2f} euros"


async def run_tools(events: AsyncIterator[Event], send: Send, kitchen: Kitchen) -> None:
    """Run the tools that the replica calls, as long as there are events.

    Args:
        events: the conversation's, in order.
        send: takes an interaction to the conversation.
        kitchen: takes the orders.
    """
    async with asyncio.TaskGroup() as running:
        async for event in events:
            if (
                event["event_type"] == "conversation.tool_call"
                and event["properties"]["name"] == "place_order"
            ):
                running.create_task(place_order(event, send, kitchen))


async def place_order(event: Event, send: Send, kitchen: Kitchen) -> None:
    """Answer one call of ``place_order``."""
    asked = event["properties"]
    try:
        wanted = json.loads(asked["arguments"])
        told, status = await kitchen.order(str(wanted["pizza"]), int(wanted["number"])), "success"
    except Refused as error:
        told, status = str(error), "error"
    except (ValueError, KeyError, TypeError):
        told, status = "say which pizza, and how many", "error"
    await send(
        {
            "message_type": "conversation",
            "event_type": "conversation.tool_result",
            "conversation_id": event["conversation_id"],
            "properties": {"tool_call_id": asked["tool_call_id"], "output": told, "status": status},
        }
    )


async def main() -> None:
    """Open for business: one call, until it is over."""
    url = os.environ.get("VISAVIS_URL", "http://127.0.0.1:7600")
    async with Client(url, os.environ.get("VISAVIS_API_KEY", "")) as client:
        persona = await client.personas.create(**PERSONA)
        conversation = await client.conversations.create(persona_id=persona.persona_id)
        print(conversation.conversation_url, flush=True)
        events = client.conversations.follow(conversation.conversation_id)
        await run_tools(events, client.interactions.send, Kitchen())


if __name__ == "__main__":
    asyncio.run(main())
