"""The replica in a chat: it writes instead of speaking, and what is written counts as received."""

from __future__ import annotations

from typing import Any

from visavis.conversation.effects import CancelInference
from visavis.conversation.generation import Generation
from visavis.conversation.history import History
from visavis.conversation.inputs import SpeechFailed, SpeechSynthesized
from visavis.conversation.latency import Stopwatch
from visavis.conversation.outbox import Outbox
from visavis.protocol import events

STREAMING_EVERY = 0.2
"""Seconds between two ``utterance.streaming``."""
NO_VOICE = "a chat has no voice"


class Writer:
    """Stands in for ``Replica``: the same questions, answered by text alone, without speaking events.

    Attributes:
        current: the generation that has the floor.
    """

    def __init__(self, out: Outbox, history: History, stopwatch: Stopwatch) -> None:
        self._out, self._history, self._stopwatch = out, history, stopwatch
        self._streamed_at = 0.0
        self.current: Generation | None = None

    def take_floor(self, generation: Generation) -> None:
        """Begin this one. The floor must be free."""
        generation.entry = self._history.open_replica()
        self.current = generation
        self.go_on(generation)

    def go_on(self, generation: Generation) -> None:
        """Send what was written since the last time, or all if it is complete."""
        if not generation.audible and generation.text.strip():
            self._begin(generation)
        elif generation.audible and self._out.now - self._streamed_at >= STREAMING_EVERY:
            self._stream(generation, final=False)
        if not generation.open:
            self._end(generation, interrupted=False)

    def cut(self) -> Generation | None:
        """Stop what has the floor; what was written stands.

        Returns:
            What was cut.
        """
        generation = self.current
        if generation is not None:
            self._halt(generation)
        return generation

    def hang_up(self) -> None:
        """The call ends."""
        self.cut()

    def synthesized(self, generation: Generation, message: SpeechSynthesized) -> None:
        """Nothing was to be spoken."""
        self._out.ignore(NO_VOICE)

    def speech_failed(self, generation: Generation, message: SpeechFailed) -> None:
        """Nothing was to be spoken."""
        self._out.ignore(NO_VOICE)

    def progressed(self, generation: Generation, samples: int) -> None:
        """Nothing is heard."""
        self._out.ignore(NO_VOICE)

    def stopped(self, generation: Generation, samples: int) -> None:
        """Nothing was to be stopped."""
        self._out.ignore(NO_VOICE)

    def _begin(self, generation: Generation) -> None:
        generation.audible = True
        if generation.kind == "reply":
            split: dict[str, Any] = self._stopwatch.read(generation.tie.inference_id)
            if split:
                self._out.broadcast(events.Latency, generation.tie, **split)
        if generation.open:
            self._stream(generation, final=False)

    def _halt(self, generation: Generation) -> None:
        if generation.inferring:
            self._out.put(CancelInference(generation.number))
        generation.inferring = False
        generation.open = False
        self._end(generation, interrupted=True)

    def _stream(self, generation: Generation, final: bool, **more: Any) -> None:
        self._streamed_at = self._out.now
        text = generation.text.strip()
        if generation.entry is not None:
            generation.entry.text = text
        chunk = generation.next_chunk(text, final)
        self._out.broadcast(events.UtteranceStreaming, generation.tie, **chunk, **more)

    def _end(self, generation: Generation, interrupted: bool) -> None:
        """The utterance goes last: clients take it for the end of the turn (PROTOCOL 5.1, chat mode)."""
        self.current = None
        text = generation.text.strip()
        if text:
            more: dict[str, Any] = {"interrupted": True} if interrupted else {}
            self._stream(generation, final=True, is_interrupted=interrupted)
            self._out.broadcast(events.Utterance, generation.tie, role="replica", speech=text, **more)
        if generation.entry is not None:
            generation.entry.text = text
            generation.entry.interrupted = interrupted
            self._history.close(generation.entry)
