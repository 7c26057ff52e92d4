"""What the parts without I/O cost: ``python -m benchmarks.core``.

The core's inputs.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from benchmarks.figures import Figure
from benchmarks.report import Report
from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.conversation.core import Conversation
from visavis.protocol.interactions import Respond, RespondProperties

FRAME = 960
"""Samples the room pulls at a time."""
WORDS = 12
"""Of a spoken segment."""
SEGMENT = 4 * happens.SAMPLE_RATE

ENVELOPE = {"conversation_id": "c0123456789abcdef0123456789abcdef"}


def conversation() -> tuple[Conversation, int]:
    """A conversation whose replica is about to answer, and the answer's generation."""
    core = Conversation()
    config = happens.Config(conversation_id=ENVELOPE["conversation_id"], replica_id="r-measured")
    core.handle(happens.Started(at=0.0, epoch=1_800_000_000.0, seed=1, config=config))
    core.handle(happens.ParticipantJoined(at=0.1, participant_id="p"))
    asked = Respond(properties=RespondProperties(text="How are you today?"))
    effects = core.handle(happens.InteractionReceived(at=0.2, participant_id="p", interaction=asked))
    generation = next(e.generation for e in effects if isinstance(e, does.StartInference))
    return core, generation


def inference_text(runs: int) -> list[float]:
    """Seconds for each token of an answer, sentence after sentence."""
    core, generation = conversation()
    tokens = ("I ", "am ", "doing ", "very ", "well, ", "thank ", "you ", "for ", "asking. ")
    inputs = [
        happens.InferenceText(at=1 + number / 1000, generation=generation, text=tokens[number % len(tokens)])
        for number in range(runs)
    ]
    return _each(core.handle, inputs)


def playout_progressed(runs: int) -> list[float]:
    """Seconds for each 20 ms of speech that leave for the room, segment after segment."""
    text = " ".join(["word"] * (WORDS - 1)) + " word. "
    marks = tuple(
        happens.WordMark(len("word ") * (n + 1) - 1, SEGMENT * (n + 1) // WORDS) for n in range(WORDS)
    )
    segments = runs * FRAME // SEGMENT + 1
    core, generation = conversation()
    spoken = 0
    for _ in range(segments):
        effects = core.handle(happens.InferenceText(at=1.0, generation=generation, text=text))
        for speak in effects:
            if isinstance(speak, does.Speak):
                core.handle(
                    happens.SpeechSynthesized(
                        at=1.0,
                        generation=speak.generation,
                        segment=speak.segment,
                        samples=SEGMENT,
                        words=marks,
                    )
                )
                spoken += SEGMENT
    inputs = [
        happens.PlayoutProgressed(at=1 + number * 0.02, generation=generation, samples=number * FRAME)
        for number in range(1, min(runs, spoken // FRAME))
    ]
    return _each(core.handle, inputs)


def measure(runs: int) -> Report:
    """All of it; some seconds."""
    report = Report("core", {"inputs": runs})
    report.add(
        [
            Figure(
                "core: PlayoutProgressed",
                "µs",
                [seconds * 1e6 for seconds in playout_progressed(runs)],
                "Conversation.handle, one call each, 20 ms of speech further each time, a word every 333 ms",
            ),
            Figure(
                "core: InferenceText",
                "µs",
                [seconds * 1e6 for seconds in inference_text(runs)],
                "Conversation.handle, one call a token, sentences of 9 tokens, none spoken meanwhile",
            ),
        ]
    )
    return report


def _each(handle: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """Seconds of each call; the garbage collector waits, so that its pauses fall on nobody."""
    found = []
    gc.disable()
    try:
        for one in inputs:
            begun = perf_counter()
            handle(one)
            found.append(perf_counter() - begun)
    finally:
        gc.enable()
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.core", description=__doc__)
    parser.add_argument("--runs", type=int, default=5000, help="inputs of each kind")
    measure(parser.parse_args(arguments).runs).publish()


if __name__ == "__main__":
    main()
