"""A pizzeria that takes orders in a video call: a persona with two tools, and the functions behind them.

    VISAVIS_API_KEY=… python examples/pizzeria/pizzeria.py

prints the address of a call. A small language model does not call tools reliably: give the server another one
(docs/llm.md).
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from visavis.client import Client, Tools

Pizza = Literal["margherita", "marinara", "funghi"]
MENU: dict[Pizza, float] = {"margherita": 9.0, "marinara": 8.0, "funghi": 11.5}


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

    async def order(self, pizza: Pizza, number: int) -> str:
        """Take an order.

        Returns:
            When it will be ready, and the price.

        Raises:
            Refused: too many.
        """
        await asyncio.sleep(self.takes)
        if number > 20:
            raise Refused("at most twenty at a time")
        self.orders.append((pizza, number))
        return f"{number} {pizza} in {10 + 5 * number} minutes, {number * MENU[pizza]:.2f} euros"


def tools_of(kitchen: Kitchen) -> Tools:
    """What the replica can do: the docstrings are its manual, the types are checked before a call."""
    tools = Tools()

    @tools.tool(static_filler="One moment, I ask the kitchen.", timeout=300)
    async def place_order(pizza: Pizza, number: Annotated[int, Field(ge=1)]) -> str:
        """Order a pizza. Answers when it will be ready, or why it will not."""
        return await kitchen.order(pizza, number)

    @tools.tool(on_resolve="fire_and_forget")
    async def show_menu() -> None:
        """Show the menu on the guest's screen."""
        print("Menu:", ", ".join(MENU))

    return tools


PERSONA: dict[str, Any] = {
    "persona_name": "Gina",
    "system_prompt": (
        "You take orders for a pizzeria, in one or two short spoken sentences. "
        f"There are {', '.join(MENU)}. When a guest has chosen, call place_order; promise nothing before."
    ),
    "greeting": "Pizzeria Gina, what may I bring you?",
    "layers": {"llm": {"tools": tools_of(Kitchen()).definitions}},
}


async def main() -> None:
    """Open for business: one call, until it is over."""
    url = os.environ.get("VISAVIS_URL", "http://127.0.0.1:7600")
    async with Client(url, os.environ.get("VISAVIS_API_KEY", "")) as client:
        persona = await client.personas.create(**PERSONA)
        conversation = await client.conversations.create(persona_id=persona.persona_id)
        print(conversation.conversation_url, flush=True)
        async with client.steer(conversation) as call:
            call.use(tools_of(Kitchen()))
            await call.closed.wait()


if __name__ == "__main__":
    asyncio.run(main())
