"""Random sequences of interactions; what must hold in every conversation is checked afterwards."""

from __future__ import annotations

import asyncio
import random

from visavis.testing.conformance.hooks.registry import HOOKS, Hook
from visavis.testing.conformance.session import Session


async def _random_calls(session: Session, seed: int, chat: bool) -> None:
    rng = random.Random(seed)
    await session.create({"chat": chat})
    await session.join()
    asked = 0
    for _ in range(rng.randrange(8, 16)):
        action = rng.choice(
            ["respond", "respond", "echo", "interrupt", "append", "overwrite", "sense", "result"]
        )
        if action == "respond":
            asked += 1
            await session.send("respond", {"text": f"say reply {asked}"})
        elif action == "echo":
            done = rng.random() < 0.8
            await session.send(
                "echo", {"text": "And so.", "inference_id": f"e{rng.randrange(3)}", "done": done}
            )
        elif action == "interrupt":
            await session.send("interrupt")
        elif action == "append":
            await session.send("append_llm_context", {"context": "It rains."})
        elif action == "overwrite":
            await session.send("overwrite_llm_context", {"context": "[]"})
        elif action == "sense":
            await session.send("sensitivity", {"participant_pause_sensitivity": rng.choice(["low", "high"])})
        else:
            await session.send("tool_result", {"tool_call_id": "none", "output": "x"})
        await asyncio.sleep(rng.choice([0, 0, 0.05, 0.3]))
    await session.send("interrupt")
    await session.send("respond", {"text": "say the end"})
    await session.expect(
        {
            "event_type": "conversation.utterance",
            "properties": {"role": {"$not": "user"}, "speech": {"$re": "(?i)the end"}},
        },
        within=30,
    )
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
