"""The suite's language model: it does what the user's last words tell it, the same every time."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from visavis.testing.openai_server import Reply, Request, call, say

TELL = "TELL ME WHAT YOU SEE"
"""The answer to this is the whole request as JSON text, so that a case can look at the history."""

PLAIN = str.maketrans({"\n": " ", "<": "(", ">": ")", "{": "(", "}": ")", "*": "", "`": "", "#": ""})
"""What a server may take for Markdown, tags or a call goes."""
ANALYSES = re.compile(r"\s*<(\w+)>.*?</\1>\s*", re.DOTALL)
"""What perception puts before a user's words (PROTOCOL 4)."""
INSTRUCTIONS = ("system", "developer")

_calls = count(1)


def answer(request: Request) -> Reply:
    """``say …`` is said, ``call name {…}`` called, ``find …`` looked for in all that was said before.

    Anything else is repeated; a tool's result is reported.
    """
    messages: list[dict[str, Any]] = request.body["messages"]
    turns = [message for message in messages if message["role"] not in INSTRUCTIONS]
    last = turns[-1] if turns else {"role": "nobody"}
    if last["role"] == "tool":
        return say("The tool said ", text(last), ".")
    if last["role"] != "user":
        return say("I speak by myself. ", _newest_result(messages))
    words = next(reversed(text(last).splitlines()), "").strip()
    if TELL in words:
        return say(_told(messages))
    verb, _, rest = words.partition(" ")
    if verb == "say":
        return say(*(f"{word} " for word in rest.split()))
    if verb == "call":
        name, _, arguments = rest.partition(" ")
        return call(name, arguments or "{}", f"call_{next(_calls)}")
    if verb == "find":
        before = (message for message in messages if message is not last)
        return say(f"{rest} is {'known' if any(rest in text(one) for one in before) else 'news to me'}.")
    return say("You said ", words, ".")


def text(message: dict[str, Any]) -> str:
    """What a message says: a text, or the texts among its parts; without what perception puts before it."""
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    said = str(content)
    while message.get("role") == "user" and (found := ANALYSES.match(said)):
        said = said[found.end() :]
    return said


def _newest_result(messages: list[dict[str, Any]]) -> str:
    results = [text(message) for message in messages if message["role"] == "tool"]
    return f"The newest result is {results[-1]}." if results else ""


def _told(messages: list[dict[str, Any]]) -> str:
    """Without the marks that a server may take for Markdown or tags."""
    lines = [f"{one['role']}: {text(one) or _called(one)}" for one in messages]
    return " | ".join(lines).translate(PLAIN)


def _called(message: dict[str, Any]) -> str:
    return " ".join(f"called {call['function']['name']}" for call in message.get("tool_calls") or ())
