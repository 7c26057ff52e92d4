"""Runs scripted inferences in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from visavis.conversation.effects import StartInference
from visavis.conversation.inputs import (
    InferenceFailed,
    InferenceFinished,
    InferenceText,
    InferenceToolCalls,
    Input,
    ToolCallRequest,
)
from visavis.testing.virtual.answers import Answer
from visavis.testing.virtual.clock import Clock, Play
from visavis.testing.virtual.llm import Asked, ScriptedLLM


class Thinker:
    """What ``session.thinker`` is in a real conversation."""

    def __init__(self, llm: ScriptedLLM, clock: Clock, feed: Callable[[Input], None]) -> None:
        self._llm, self._clock, self._feed = llm, clock, feed
        self._running: dict[int, Play] = {}

    def start(self, effect: StartInference) -> None:
        """Ask the model."""
        answer = self._llm.answer(Asked(effect.messages, effect.tools, self._clock.now))
        self._running[effect.generation] = self._clock.play(self._stream(effect.generation, answer))

    def cancel(self, generation: int) -> None:
        """Stop asking."""
        if play := self._running.pop(generation, None):
            play.cancel()

    def cancel_all(self) -> None:
        """The call is over."""
        for generation in list(self._running):
            self.cancel(generation)

    def _stream(self, generation: int, answer: Answer) -> Iterator[float]:
        begins = self._clock.now + answer.after
        yield begins
        words = answer.text.split(" ") if answer.text else []
        for number, word in enumerate(words):
            if number:
                yield begins + number / answer.words_a_second
            text = word if number == len(words) - 1 else f"{word} "
            self._feed(InferenceText(at=self._clock.now, generation=generation, text=text))
        self._running.pop(generation, None)
        if answer.fails:
            self._feed(InferenceFailed(at=self._clock.now, generation=generation, reason=answer.fails))
            return
        if answer.calls:
            requests = tuple(ToolCallRequest(call.id, call.name, call.arguments) for call in answer.calls)
            self._feed(InferenceToolCalls(at=self._clock.now, generation=generation, calls=requests))
        self._feed(InferenceFinished(at=self._clock.now, generation=generation))
