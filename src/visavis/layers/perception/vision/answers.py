"""Reads what a vision-language model answers, however it wraps it. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

FIELDS = frozenset(("appearance", "emotions", "screenshare", "answers"))
_MOST_STARTS = 20
"""Braces of a text that are tried."""
LONGEST = 400
"""Characters of one field; more is cut."""
_NOTHING = frozenset(
    ("", "-", "n/a", "na", "none", "null", "unknown", "nothing", "not visible", "not applicable", "unclear")
)


@dataclass(slots=True)
class Answer:
    """What it says; fields that say nothing are empty.

    Attributes:
        answers: by the number of the query.
        dropped: reasons, without words of anybody, why something was not used.
    """

    appearance: str = ""
    emotions: str = ""
    screenshare: str = ""
    answers: dict[int, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.appearance or self.emotions or self.screenshare or self.answers)


def read(text: str, queries: int = 0, emotions: bool = True, screen: bool = True) -> Answer:
    """One answer: JSON, perhaps in a code fence, with prose around it, or broken off at its end.

    Args:
        text: the model's.
        queries: how many were asked.
        emotions: whether moods may be told.
        screen: whether it was shown a screen.
    """
    value = _object(text)
    if value is None:
        return Answer(dropped=["it holds no JSON object"])
    answer = Answer()
    answer.appearance = _text(value, "appearance", answer)
    if emotions:
        answer.emotions = _text(value, "emotions", answer)
    if screen:
        answer.screenshare = _text(value, "screenshare", answer)
    answer.answers = _answers(value.get("answers"), queries, answer)
    return answer


def unbroken(text: str) -> str:
    """Half surrogate pairs, which JSON allows and UTF-8 does not, become U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _object(text: str) -> dict[str, Any] | None:
    """The answer's object; if it is not whole, as much of it as there is."""
    decoder = json.JSONDecoder()
    starts = [place for place, character in enumerate(text) if character == "{"]
    for start in starts[:_MOST_STARTS]:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        # One that is nested in what broke off is not meant.
        if isinstance(value, dict) and (start == starts[0] or FIELDS & value.keys()):
            return value
    for start in starts[:_MOST_STARTS]:
        try:
            value = from_json(text[start:], allow_partial=True)
        except ValueError:
            continue
        if isinstance(value, dict) and FIELDS & value.keys():
            return value
    return None


def _text(value: dict[str, Any], name: str, answer: Answer) -> str:
    given = value.get(name)
    if isinstance(given, list) and all(isinstance(part, str) for part in given):
        given = ", ".join(given)
    if given is None or given is False:
        return ""
    if not isinstance(given, str):
        answer.dropped.append(f"its {name} is no text")
        return ""
    return _clean(given)


def _answers(given: Any, queries: int, answer: Answer) -> dict[int, str]:
    """By number: ``{"1": …}``, ``[…]`` in their order, or ``[{"query": 1, "answer": …}]``."""
    found: dict[int, str] = {}
    for number, text in _numbered(given):
        if isinstance(text, bool):
            text = "Yes." if text else "No."
        if number is None or not 1 <= number <= queries or not isinstance(text, str | None):
            answer.dropped.append("an answer belongs to no query, or is no text")
        elif cleaned := _clean(text or ""):
            found[number] = cleaned
    return found


def _numbered(given: Any) -> list[tuple[int | None, Any]]:
    if isinstance(given, dict):
        return [(_number(key), text) for key, text in given.items()]
    if not isinstance(given, list):
        return [] if given is None else [(None, given)]
    return [
        (_number(entry.get("query", entry.get("number"))), entry.get("answer"))
        if isinstance(entry, dict)
        else (place, entry)
        for place, entry in enumerate(given, 1)
    ]


def _number(key: object) -> int | None:
    digits = "".join(character for character in str(key) if character in "0123456789")
    return int(digits) if 0 < len(digits) < 4 else None


def _clean(text: str) -> str:
    """One line without tags: it is put between tags for the LLM."""
    line = " ".join(unbroken(text).replace("<", " ").replace(">", " ").split())
    return "" if line.lower().rstrip(".") in _NOTHING else line[:LONGEST]
