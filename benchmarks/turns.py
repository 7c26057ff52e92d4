"""From the end of speech to sound: the wait in a spoken conversation, split by layer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.echoing import Answer, answer, split
from benchmarks.figures import Figure, milliseconds
from benchmarks.peer import Message, Peer, joined
from benchmarks.rig import Rig
from benchmarks.sound import AUDIBLE, RATE

QUESTIONS = (
    "Can you tell me what the weather is like today?",
    "What is the best way to learn a new language?",
    "How long does it take to walk to the station?",
    "I would like to know your name, please.",
    "Why do you think people like music so much?",
)
LAYERS = {
    "silence": "from the last sound of the user to the silence noticed",
    "turn": "to the turn held complete and its words there (turn detection and STT side by side)",
    "floor": "to the replica free to think",
    "llm_first_text": "to the language model's first text",
    "first_clause": "to the first clause complete",
    "synthesis": "to the first clause as audio",
    "playout": "to its first sample pulled by the room",
    "total": "all of these; network and jitter buffers of both directions come on top",
}
LATENCY = "visavis.latency"


@dataclass(frozen=True, slots=True)
class Turn:
    """One spoken turn, from the last spoken sample on.

    Attributes:
        layers: what the conversation said about it; None when it said nothing.
    """

    answer: Answer
    layers: Message | None


async def instant(rig: Rig, runs: int) -> list[Figure]:
    """With a language model that answers at once."""
    async with rig.instant_persona() as persona:
        where = "instant LLM"
        return await _measure(rig, runs, where, persona_id=persona)


async def embedded(rig: Rig, runs: int) -> list[Figure]:
    """With the embedded language model on the same machine."""
    return await _measure(rig, runs, "embedded LLM")


async def _measure(rig: Rig, runs: int, where: str, **body: object) -> list[Figure]:
    spoken = await asyncio.to_thread(questions)
    async with rig.conversation(**body) as url, joined(url) as peer:
        turns = [await _ask(peer, spoken[run % len(spoken)]) for run in range(runs + 1)][1:]
    method = (
        f"Python peer whose microphone plays a synthesized question in real time, {where};"
        " from its last sample over -40 dBFS; the first turn is not counted"
    )
    whole = split(f"end of speech ({where})", [turn.answer for turn in turns], method)
    return [*whole, *_by_layer(where, turns)]


async def _ask(peer: Peer, question: NDArray[np.int16]) -> Turn:
    await peer.settle()
    ended = await peer.microphone.play(question)
    heard = await answer(peer, ended)
    layers = await peer.message(LATENCY, ended, 1)
    await peer.interrupt()
    await peer.message("conversation.replica.stopped_speaking", ended, 20)
    return Turn(heard, layers)


def _by_layer(where: str, turns: list[Turn]) -> list[Figure]:
    """Only what the conversation reported; a layer it never named gives no figure."""
    told = [turn.layers.data["properties"] for turn in turns if turn.layers]
    return [
        milliseconds(
            f"end of speech ({where}), by layer: {name}",
            [properties.get(name) for properties in told],
            f"{LATENCY} event: {meaning}",
        )
        for name, meaning in LAYERS.items()
        if any(name in properties for properties in told)
    ]


def questions() -> list[NDArray[np.int16]]:
    """Spoken by the embedded voice, cut at the last audible sample so that the end of speech is known."""
    from visavis.layers.tts.hibari import HibariTTS

    voice = HibariTTS()
    spoken = []
    for text in QUESTIONS:
        speech = soxr.resample(voice.synthesize(text).samples, voice.sample_rate, RATE)
        samples = (np.clip(speech, -1.0, 1.0) * 32767.0).astype(np.int16)
        audible = np.flatnonzero(np.abs(samples.astype(np.int32)) >= AUDIBLE)
        spoken.append(samples[: audible[-1] + 1])
    return spoken
