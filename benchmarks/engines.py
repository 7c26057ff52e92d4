"""What each embedded engine costs alone: ``python -m benchmarks.engines``.

The figures of ``benchmarks.latency`` contain these; here they are by themselves, on one thread each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TypeVar

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.figures import Figure, milliseconds
from benchmarks.report import Report
from visavis.layers.conversational_flow.base import VAD_FRAME
from visavis.layers.conversational_flow.silero import Silero
from visavis.layers.conversational_flow.smart_turn import SmartTurn
from visavis.layers.stt.whisper import Whisper
from visavis.layers.tts.hibari import HibariTTS
from visavis.rooms.base import MIC_RATE

CLAUSES = (
    "I am doing very well,",
    "Yes.",
    "Hello there, it is good to see you.",
    "The weather is fine today, although there may be some rain in the evening.",
)
SENTENCES = (
    "Can you tell me what the weather is like today?",
    "I would like to know how long it takes to walk from here to the station.",
    "Why do you think people like music so much?",
)


T = TypeVar("T")
Samples = NDArray[np.float32]


def timed(work: Callable[[T], object], inputs: Iterable[T]) -> list[float | None]:
    """Seconds of each call."""
    found: list[float | None] = []
    for one in inputs:
        begun = perf_counter()
        work(one)
        found.append(perf_counter() - begun)
    return found


def measure(runs: int) -> list[Figure]:
    """Load every engine, then call each so often."""
    voice, ear, turn, vad = HibariTTS(), Whisper(), SmartTurn(), Silero()
    spoken = [
        soxr.resample(voice.synthesize(text).samples, voice.sample_rate, MIC_RATE) for text in SENTENCES
    ]
    frames = np.concatenate(spoken)
    frames = frames[: len(frames) // VAD_FRAME * VAD_FRAME].reshape(-1, VAD_FRAME)
    seconds = ", ".join(f"{len(samples) / MIC_RATE:.1f}" for samples in spoken)
    speech = f"synthesized sentences of {seconds} s in turn"
    return [
        milliseconds("VAD, a frame of 32 ms", timed(vad, frames), speech),
        milliseconds("turn detection", timed(turn.complete, _in_turn(spoken, runs)), speech),
        milliseconds("speech to text", timed(ear.transcribe, _in_turn(spoken, runs)), speech),
        milliseconds(
            "text to speech, a clause",
            timed(voice.synthesize, _in_turn(CLAUSES, runs)),
            "clauses of one to fourteen words in turn, whole clause",
        ),
    ]


def _in_turn(inputs: Sequence[T], runs: int) -> list[T]:
    return [inputs[run % len(inputs)] for run in range(runs)]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--runs", type=int, default=40, help="calls of each engine")
    options = parser.parse_args(arguments)
    report = Report("engines", {"runs": options.runs, "threads": 1})
    report.add(measure(options.runs))
    report.publish()


if __name__ == "__main__":
    main()
