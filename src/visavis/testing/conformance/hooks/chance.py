"""Random sequences of interactions; what must hold in every conversation is checked afterwards."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from visavis.testing.conformance.hooks.registry import HOOKS, Hook
from visavis.testing.conformance.session import Session


@dataclass
class _Dice:
    """Chooses interactions. Names of echoes are not used again once they are done."""

    rng: random.Random
    asked: int = 0
    echo: int = 0

    def interaction(self) -> tuple[str, dict[str, Any]]:
        """A name and properties."""
        return self.rng.choice(
            [
                self._respond,
                self._respond,
                self._echo,
                self._interrupt,
                self._context,
                self._sense,
                self._result,
            ]
        )()

    def _respond(self) -> tuple[str, dict[str, Any]]:
        self.asked += 1
        return "respond", {"text": f"say reply {self.asked}"}

    def _echo(self) -> tuple[str, dict[str, Any]]:
        done = self.rng.random() < 0.7
        name = f"echo {self.echo}"
        self.echo += done
        return "echo", {"text": "And so. ", "inference_id": name, "done": done}

    def _interrupt(self) -> tuple[str, dict[str, Any]]:
        return "interrupt", {}

    def _context(self) -> tuple[str, dict[str, Any]]:
        verb = self.rng.choice(["append", "overwrite"])
        return f"{verb}_llm_context", {"context": "It rains."}

    def _sense(self) -> tuple[str, dict[str, Any]]:
        return "sensitivity", {"participant_pause_sensitivity": self.rng.choice(["low", "high"])}

    def _result(self) -> tuple[str, dict[str, Any]]:
        return "tool_result", {"tool_call_id": "none", "output": "x"}


async def _random_calls(session: Session, seed: int, chat: bool) -> None:
    dice = _Dice(random.Random(seed))
    await session.create({"chat": chat})
    await session.join()
    for _ in range(dice.rng.randrange(8, 16)):
        await session.send(*dice.interaction())
        await asyncio.sleep(dice.rng.choice([0, 0, 0.05, 0.3]))
    await session.send("interrupt")
    await session.send("respond", {"text": "say the end"})
    replica = {"role": {"$not": "user"}, "speech": {"$re": "(?i)the end"}}
    await session.expect({"event_type": "conversation.utterance", "properties": replica}, within=30)
    name = session.names["created"]["conversation_id"]
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))
    await session.expect({"event_type": "system.shutdown"})


def _random(seed: int, chat: bool) -> Hook:
    async def case(session: Session) -> None:
        await _random_calls(session, seed, chat)

    return case


for _seed in range(1, 9):
    HOOKS[f"random_chat_{_seed}"] = _random(_seed, chat=True)
for _seed in range(1, 4):
    HOOKS[f"random_voice_{_seed}"] = _random(100 + _seed, chat=False)
