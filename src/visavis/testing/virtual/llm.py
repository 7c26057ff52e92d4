"""The scripted language model: which answer it gives to what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from visavis.conversation.history import NO_RESULT
from visavis.conversation.tools import DISPATCHED
from visavis.testing.virtual.answers import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the model.

    Attributes:
        messages: OpenAI chat messages.
        tools: OpenAI function definitions.
        at: seconds since the conversation began.
        results: results of tools that the model had not seen when it was asked before.
    """

    messages: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    at: float
    results: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The last message: a user's words, a tool's result, or the conversation's note."""
        return str(self.messages[-1]["content"])

    @property
    def result(self) -> str | None:
        """The newest of ``results``; a late one stands further up in the messages."""
        return self.results[-1] if self.results else None

    @property
    def news(self) -> str:
        """What a reply is looked up by: new results, then the last message."""
        return "\n".join((*self.results, self.text))

    @property
    def system(self) -> str:
        """The system message at the beginning: prompt, context, instructions."""
        first = self.messages[0]
        return str(first["content"]) if first["role"] == "system" else ""


Reply = str | Answer | Callable[[Asked], "str | Answer"]
Script = Reply | Mapping[str, Reply] | Iterable[Reply]


class UnexpectedInference(AssertionError):
    """The model was asked what the test gave it no answer for."""


class ScriptedLLM:
    """Answers by a script.

    Args:
        script: one reply for everything; replies in order; or, by a part of what is new (a user's words
            or a tool's result, whatever their case), the reply to it, the first that fits. A reply is a text,
            an ``Answer`` or a function of what was asked.

    Attributes:
        asked: everything so far; what was thought ahead of a turn's end only if the turn ended as expected.
    """

    def __init__(self, script: Script | None = None) -> None:
        self.asked: list[Asked] = []
        self._seen: set[tuple[str, str]] = set()
        self._reply: Reply | None = None
        self._by_text: Mapping[str, Reply] | None = None
        self._in_order: Iterator[Reply] | None = None
        if isinstance(script, (str, Answer)) or callable(script):
            self._reply = script
        elif isinstance(script, Mapping):
            self._by_text = script
        elif script is not None:
            self._in_order = iter(script)

    def answer(self, asked: Asked) -> Answer:
        """What it says to this.

        Raises:
            UnexpectedInference: the script has no answer.
        """
        asked = replace(asked, results=self._unseen(asked))
        self.asked.append(asked)
        reply = self._choose(asked)
        if reply is None:
            raise UnexpectedInference(
                f"the LLM was asked {len(self.asked)} times, and the script has no answer to the last one: "
                f"{asked.messages[-1]['role']}: {asked.text!r}"
            )
        said = reply(asked) if callable(reply) else reply
        return Answer(said) if isinstance(said, str) else said

    def _unseen(self, asked: Asked) -> tuple[str, ...]:
        told = [(m["tool_call_id"], str(m["content"])) for m in asked.messages if m["role"] == "tool"]
        new = [(name, result) for name, result in told if result not in (NO_RESULT, DISPATCHED)]
        unseen = tuple(result for name, result in new if (name, result) not in self._seen)
        self._seen.update(new)
        return unseen

    def _choose(self, asked: Asked) -> Reply | None:
        if self._in_order is not None:
            return next(self._in_order, None)
        if self._by_text is not None:
            news = asked.news.casefold()
            return next((reply for part, reply in self._by_text.items() if part.casefold() in news), None)
        return self._reply
