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
        self._ahead: dict[int, Asked] = {}

    def start(self, effect: StartInference) -> None:
        """Ask the model.

        What is asked ahead of a turn's end is looked up in the script when the turn has ended
        (``turn_ended``), so that what is thought in vain takes no answer from it.
        """
        asked = Asked(effect.messages, effect.tools, self._clock.now)
        if effect.ahead:
            self._ahead[effect.generation] = asked
        else:
            self._answer(effect.generation, asked)

    def turn_ended(self) -> None:
        """What was thought ahead, and is not cancelled by now, was not in vain."""
        while self._ahead:
            self._answer(*self._ahead.popitem())

    def cancel(self, generation: int) -> None:
        """Stop asking."""
        self._ahead.pop(generation, None)
        if play := self._running.pop(generation, None):
            play.cancel()

    def cancel_all(self) -> None:
        """The call is over."""
        for generation in [*self._running, *self._ahead]:
            self.cancel(generation)

    def _answer(self, generation: int, asked: Asked) -> None:
        answer = self._llm.answer(asked)
        words = self._stream(generation, asked.at + answer.after, answer)
        self._running[generation] = self._clock.play(words)

    def _stream(self, generation: int, begins: float, answer: Answer) -> Iterator[float]:
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
