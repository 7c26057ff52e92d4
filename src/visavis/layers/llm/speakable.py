"""Keeps from being spoken what a model writes but does not say: reasoning, and tool calls written as text."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, ClassVar

from visavis.layers.llm.base import TextDelta, ToolCallDelta

OPEN, CLOSE = "<think>", "</think>"


class ThinkFilter:
    """Drops ``<think>…</think>`` from streamed text, wherever the pieces are cut."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._skip_space = False

    def feed(self, text: str) -> str:
        """More text in; what of it may be spoken out."""
        self._held += text
        spoken = ""
        while True:
            tag = CLOSE if self._thinking else OPEN
            before, found, after = self._held.partition(tag)
            if not found:
                keep = _overlap(self._held, tag)
                cut = len(self._held) - keep
                spoken += self._speak(self._held[:cut])
                self._held = self._held[cut:]
                return spoken
            spoken += self._speak(before)
            self._thinking = not self._thinking
            self._skip_space = True
            self._held = after

    def flush(self) -> str:
        """The end: what was held back in case it became a tag."""
        rest, self._held = self._held, ""
        return self._speak(rest)

    def _speak(self, text: str) -> str:
        if self._thinking:
            return ""
        if self._skip_space:
            text = text.lstrip()
            self._skip_space = not text
        return text


def _overlap(text: str, tag: str) -> int:
    """Length of the longest end of ``text`` that a ``tag`` may begin with."""
    return next((n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0)


class WrittenCalls:
    """Finds tool calls that a small model writes into its text instead of calling.

    They come as ``<tool_call>{…}</tool_call>``, in a fenced block or bare, and are recognised only when
    they name a tool that was offered; any other text passes unharmed.

    Args:
        names: of the tools offered.
    """

    MARKS = ("<tool_call>", "```json{", "```tool_call{", "```{", '{"name":', '{"function":')
    """Beginnings, blanks removed."""
    CLOSING: ClassVar = {"<": "</tool_call>", "`": "```"}
    LONGEST = 8000
    """Characters held back at most while a call is not whole."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._held = ""
        self._closing: str | None = None
        self._found: list[ToolCallDelta] = []

    def feed(self, text: str) -> list[TextDelta | ToolCallDelta]:
        """More text in; what to say and what to call out."""
        self._held += text
        return self._drain(last=False)

    def flush(self) -> list[TextDelta | ToolCallDelta]:
        """The end: nothing is held back any more."""
        return self._drain(last=True)

    def _drain(self, last: bool) -> list[TextDelta | ToolCallDelta]:
        out: list[TextDelta | ToolCallDelta] = []
        while self._held and self._unwrap(last):
            start, whole = self._mark()
            out.extend(self._say(start))
            if not self._held or (not whole and not last):
                break
            taken = self._take() if whole else None
            if taken is None and not last and len(self._held) < self.LONGEST:
                break
            out.extend(self._say(len(self._held)) if taken is None else taken)
        return out

    def _unwrap(self, last: bool) -> bool:
        """Drop what closes a call just taken; False while it may still be on its way."""
        if self._closing is None:
            return True
        rest = self._held.lstrip()
        if self._closing.startswith(rest) and rest != self._closing and not last:
            return False
        self._held = rest.removeprefix(self._closing).lstrip()
        self._closing = None
        return True

    def _mark(self) -> tuple[int, bool]:
        """Where a mark begins or may begin, and whether it is there in full."""
        for start, character in enumerate(self._held):
            if character not in "<`{":
                continue
            tail = "".join(self._held[start : start + 60].split())
            if any(tail.startswith(mark) for mark in self.MARKS):
                return start, True
            if any(mark.startswith(tail) for mark in self.MARKS):
                return start, False
        return len(self._held), False

    def _take(self) -> list[TextDelta | ToolCallDelta] | None:
        """The call or text at the mark; None when it is not whole yet."""
        start = self._held.find("{")
        if start < 0:
            return None
        try:
            value, end = json.JSONDecoder().raw_decode(self._held, start)
        except ValueError:
            return None
        call = self._call(value)
        if call is None:
            return self._say(end)
        self._closing = next(
            (close for mark, close in self.CLOSING.items() if self._held.startswith(mark)), ""
        )
        self._held = self._held[end:]
        if call in self._found:
            return []
        self._found.append(call)
        return [call]

    def _say(self, end: int) -> list[TextDelta | ToolCallDelta]:
        text, self._held = self._held[:end], self._held[end:]
        return [TextDelta(text)] if text else []

    def _call(self, value: Any) -> ToolCallDelta | None:
        if isinstance(value, dict) and isinstance(value.get("function"), dict):
            value = value["function"]
        if not isinstance(value, dict) or value.get("name") not in self._names:
            return None
        arguments = value.get("arguments", value.get("parameters", {}))
        return ToolCallDelta(
            "", value["name"], arguments if isinstance(arguments, str) else json.dumps(arguments)
        )
