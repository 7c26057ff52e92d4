"""What a scripted language model can say."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Invocation:
    """A tool call.

    Attributes:
        arguments: JSON text, as a model writes it (it need not be right).
        id: the model's; empty: the conversation makes one.
    """

    name: str
    arguments: str = "{}"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the model.

    Attributes:
        text: streamed word by word.
        calls: follow the text, together.
        fails: the model breaks off here, for this reason; empty: it does not.
        after: seconds until the first word, or whatever comes first; ``math.inf``: it never answers.
        words_a_second: how fast it writes.
    """

    text: str = ""
    calls: tuple[Invocation, ...] = ()
    fails: str = ""
    after: float = 0.3
    words_a_second: float = 25.0


NEVER = Answer(after=math.inf)
"""The model hangs."""


def calls(name: str, /, **arguments: Any) -> Answer:
    """The model calls one tool, without a word."""
    return Answer(calls=(Invocation(name, json.dumps(arguments)),))


def fails(reason: str = "the endpoint broke off", text: str = "", after: float = 0.3) -> Answer:
    """The model fails.

    Args:
        reason: as clients are told it.
        text: what it had said before.
        after: seconds until the first word, or until it fails.
    """
    return Answer(text, fails=reason, after=after)
