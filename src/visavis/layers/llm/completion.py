"""Reads a streamed chat completion, line by line. No I/O."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.llm.speakable import ThinkFilter, WrittenCalls
from visavis.layers.llm.toolcalls import ToolCallJoiner

Delta = TextDelta | ToolCallDelta


class Completion:
    """What one response says.

    Takes what servers in the wild send (PROTOCOL 4, "What a custom LLM receives"): server-sent events of
    any content type, with or without ids, ``finish_reason`` and ``[DONE]``; or one JSON body.

    Args:
        tools: names of the tools offered.

    Attributes:
        started: whether the model has produced anything.
        finished: whether the server said that this was all.
    """

    def __init__(self, tools: Collection[str] = ()) -> None:
        self.started = False
        self.finished = False
        self._think = ThinkFilter()
        self._written = WrittenCalls(tools) if tools else None
        self._joiner = ToolCallJoiner()

    def line(self, line: str) -> Iterator[Delta]:
        """One line of the stream.

        Raises:
            InferenceFailed: the server reports an error, or sends no JSON.
        """
        field, _, value = line.partition(":")
        value = value.strip()
        if field != "data" or not value:
            return
        if value == "[DONE]":
            self.finished = True
            return
        yield from self.chunk(_decoded(value))

    def body(self, text: str) -> Iterator[Delta]:
        """A whole response of a server that does not stream.

        Raises:
            InferenceFailed: as ``line``.
        """
        self.finished = True
        yield from self.chunk(_decoded(text))

    def chunk(self, chunk: Any) -> Iterator[Delta]:
        """One decoded event.

        Raises:
            InferenceFailed: the server reports an error.
        """
        if not isinstance(chunk, dict):
            return
        if error := chunk.get("error"):
            raise InferenceFailed(f"the LLM endpoint reported an error{kind(error)}")
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return
        choice = choices[0]
        self.finished = self.finished or bool(choice.get("finish_reason"))
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, dict):
            yield from self._delta(delta)

    def end(self) -> Iterator[Delta]:
        """The stream is over: what was held back, then the tool calls.

        Raises:
            InferenceFailed: it broke off.
        """
        if not self.finished:
            raise InferenceFailed("the LLM endpoint broke off in the middle of its answer")
        yield from self._speak(self._think.flush())
        if self._written:
            yield from self._written.flush()
        yield from self._joiner.calls()

    def _delta(self, delta: dict[str, Any]) -> Iterator[Delta]:
        pieces = delta.get("tool_calls")
        if not isinstance(pieces, list):
            pieces = [{"index": 0, "function": delta["function_call"]}] if delta.get("function_call") else []
        for piece in pieces:
            if isinstance(piece, dict):
                self.started = True
                self._joiner.add(piece)
        # Reasoning counts as life, though it is not spoken.
        self.started = self.started or bool(delta.get("reasoning_content") or delta.get("reasoning"))
        text = delta.get("content")
        if isinstance(text, str) and text:
            self.started = True
            yield from self._speak(self._think.feed(text))

    def _speak(self, text: str) -> Iterator[Delta]:
        if not text:
            return
        if self._written:
            yield from self._written.feed(text)
        else:
            yield TextDelta(text)


def kind(error: object) -> str:
    """The error's kind in brackets, if it is a plain name.

    Never the message, which may quote a key or the prompt.
    """
    if not isinstance(error, dict):
        return ""
    names = (error.get("code"), error.get("type"))
    plain = (name for name in names if isinstance(name, str) and len(name) <= 40)
    name = next((name for name in plain if name.isascii() and name.replace("_", "").isalpha()), "")
    return f" ({name})" if name else ""


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InferenceFailed("the LLM endpoint sent something that is not JSON") from error
