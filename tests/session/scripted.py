"""Scripted layers: what a test wants them to say, at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.replica.base import Activity
from visavis.layers.stt.base import NO_HINTS, Hints, Transcript
from visavis.layers.tts.base import Speech, Word
from visavis.media.sounds import Mouth, Phoneme
from visavis.session.engines import Engines


class ToneTTS:
    """Says every word as 0.1 s of tone."""

    sample_rate = 24_000
    languages = frozenset({"en"})

    def synthesize(self, text: str) -> Speech:
        if "unspeakable" in text:
            raise RuntimeError("no voice for this")
        words, position = [], 0
        for word in text.split():
            position = text.index(word, position) + len(word)
            words.append(Word(position, 0.1 * (len(words) + 1)))
        seconds = 0.1 * len(words)
        samples = 0.3 * np.sin(np.arange(int(seconds * 24_000)) * 0.1).astype(np.float32)
        return Speech(samples.astype(np.float32), (Phoneme("a", 0.0, seconds),), tuple(words))


class ScriptedLLM:
    """Answers with the next script; an exception in it is raised. Keeps what it was asked."""

    def __init__(self, *scripts: Sequence[TextDelta | ToolCallDelta | Exception]) -> None:
        self.scripts = list(scripts)
        self.asked: list[Sequence[dict[str, Any]]] = []
        self.cancelled = 0

    async def stream(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[TextDelta | ToolCallDelta, None]:
        self.asked.append(messages)
        if not self.scripts:
            raise InferenceFailed("the script is over")
        try:
            for step in self.scripts.pop(0):
                await asyncio.sleep(0)
                if isinstance(step, Exception):
                    raise step
                yield step
                if isinstance(step, TextDelta) and step.text == "(waits for ever)":
                    await asyncio.Event().wait()
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    async def aclose(self) -> None:
        pass


class Deaf:
    """An STT that hears its script."""

    languages = frozenset({"en"})

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.hints = NO_HINTS

    def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
        self.hints = hints
        return Transcript(self.text)


class Certain:
    """A turn detector that holds every turn to be complete."""

    def complete(self, audio: NDArray[np.float32]) -> float:
        return 1.0


class Energy:
    """A VAD for tones."""

    def __call__(self, frame: NDArray[np.float32]) -> float:
        return 1.0 if float(np.abs(frame).max()) > 0.05 else 0.0

    def reset(self) -> None:
        pass


class Blank:
    """A renderer that notes what it was asked to draw."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.greenscreen = False
        self.looking_at: tuple[float, float] | None = None
        self.drawn: list[tuple[Activity, Mouth]] = []

    def render(self, elapsed: float, activity: Activity, mouth: Mouth) -> NDArray[np.uint8]:
        self.drawn.append((activity, mouth))
        return np.zeros((self.height * 3 // 2, self.width), np.uint8)


def engines(llm: ScriptedLLM, heard: str = "") -> Engines:
    """Engines that need no model."""
    return Engines(
        stt=Deaf(heard),
        tts=ToneTTS(),
        turn=Certain(),
        make_vad=Energy,
        make_replica=lambda width, height, seed: Blank(width, height),
        make_llm=lambda spec: llm,
    )
