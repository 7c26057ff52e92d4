"""From a typed turn to sound: language model, first clause, speech."""

from __future__ import annotations

import time

from benchmarks.echoing import answer, split
from benchmarks.figures import Figure
from benchmarks.peer import joined
from benchmarks.rig import Rig

QUESTIONS = (
    "How are you today?",
    "What can you do for me?",
    "Tell me something about the sea.",
    "Why is the sky blue?",
    "What should I cook tonight?",
)


async def instant(rig: Rig, runs: int) -> list[Figure]:
    """With a language model that answers at once: our own part."""
    async with rig.instant_persona() as persona:
        where = "Python peer; the LLM is a scripted endpoint that answers at once"
        return await _respond(rig, runs, "respond (instant LLM)", where, persona_id=persona)


async def embedded(rig: Rig, runs: int) -> list[Figure]:
    """With the embedded language model on the same machine."""
    where = "Python peer; embedded Qwen2.5-Coder-0.5B on the same cores, history grows"
    return await _respond(rig, runs, "respond (embedded LLM)", where)


async def _respond(rig: Rig, runs: int, name: str, where: str, **body: object) -> list[Figure]:
    answers = []
    async with rig.conversation(**body) as url, joined(url) as peer:
        for run in range(runs + 1):
            await peer.settle()
            asked = time.monotonic()
            await peer.respond(QUESTIONS[run % len(QUESTIONS)])
            answers.append(await answer(peer, asked))
            await peer.interrupt()
            await peer.message("conversation.replica.stopped_speaking", asked, 20)
    return split(name, answers[1:], f"{where}; each answer is cut off when heard; the first is not counted")
