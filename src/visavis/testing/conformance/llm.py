"""The suite's language model: it does what the user's last words tell it, the same every time."""

from __future__ import annotations

from typing import Any

from visavis.testing.openai_server import Reply, Request, call, say

TELL = "TELL ME WHAT YOU SEE"
"""The answer to this is the whole request as JSON text, so that a case can look at the history."""

PLAIN = str.maketrans({"\n": " ", "<": "(", ">": ")", "{": "(", "}": ")", "*": "", "`": "", "#": ""})
"""What a server may take for Markdown, tags or a call goes."""


def answer(request: Request) -> Reply:
    """``say …`` is said, ``call name {…}`` called, anything else repeated; a tool's result is reported."""
    messages: list[dict[str, Any]] = request.body["messages"]
    last = messages[-1]
    if last["role"] == "tool":
        return say("The tool said ", str(last["content"]), ".")
    if last["role"] != "user":
        return say("I speak by myself. ", _newest_result(messages))
    words = str(last["content"]).splitlines()[-1].strip()
    if TELL in words:
        return say(_told(messages))
    verb, _, rest = words.partition(" ")
    if verb == "say":
        return say(*(f"{word} " for word in rest.split()))
    if verb == "call":
        name, _, arguments = rest.partition(" ")
        return call(name, arguments or "{}")
    return say("You said ", words, ".")


def _newest_result(messages: list[dict[str, Any]]) -> str:
    results = [str(message["content"]) for message in messages if message["role"] == "tool"]
    return f"The newest result is {results[-1]}." if results else ""


def _told(messages: list[dict[str, Any]]) -> str:
    """Without the marks that a server may take for Markdown or tags."""
    lines = [f"{one['role']}: {one.get('content') or _called(one)}" for one in messages]
    return " | ".join(lines).translate(PLAIN)


def _called(message: dict[str, Any]) -> str:
    return " ".join(f"called {call['function']['name']}" for call in message.get("tool_calls") or ())
