"""What was said, as the LLM is told it: for the replica only the words that were heard (DESIGN rule 2)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any, Literal

from visavis.conversation.perceived import Perceived

MOST_MESSAGES = 40
"""Messages sent to the LLM besides the system message."""
MOST_CHARACTERS = 24_000
"""Characters sent besides the system message; the newest entry is always sent."""
TRIM_STEP = 10
"""Old entries leave in steps of so many, so that an LLM's cache of the beginning mostly stays valid."""
MOST_CONTEXT = 100_000
"""Characters of context that are kept."""
MOST_ENTRIES = 300

INTERRUPTED = "(You were interrupted here; the user heard only the above.)"
NO_RESULT = "(no result yet)"


@dataclass(slots=True)
class ToolCall:
    """A function call of the LLM.

    Attributes:
        arguments: JSON text, as written.
        result: None until it came.
        expired: whether it was given up without a result.
    """

    id: str
    name: str
    arguments: str
    result: str | None = None
    expired: bool = False


@dataclass(slots=True)
class Entry:
    """One side's utterance.

    Attributes:
        text: for the replica: what was heard, growing while it speaks.
        interrupted: whether it was cut off.
        calls: what the LLM called along with it.
        fills: the calls whose time it fills, if it does.
    """

    role: Literal["user", "assistant"]
    text: str
    interrupted: bool = False
    calls: list[ToolCall] = field(default_factory=list)
    fills: Entry | None = None


class History:
    """The conversation so far.

    Args:
        system_prompt: the persona's; never changes.
        context: may be empty.
        perceived: how the user is.
    """

    def __init__(self, system_prompt: str, context: str, perceived: Perceived | None = None) -> None:
        self._system_prompt = system_prompt
        self.context = context
        self._perceived = perceived or Perceived()
        self._entries: list[Entry] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was said, oldest first; to be read only."""
        return tuple(entry for entry in self._entries if entry.text or entry.calls)

    def set_context(self, context: str) -> bool:
        """Replace the context; False when it is too long."""
        if len(context) > MOST_CONTEXT:
            return False
        self.context = context
        return True

    def append_context(self, more: str) -> bool:
        """Add to the context; False when there is no room for it."""
        return self.set_context(f"{self.context}\n\n{more}" if self.context else more)

    def add_user(self, text: str) -> None:
        """A user said this."""
        self._add(Entry("user", text))

    def open_replica(self) -> Entry:
        """A place for what the replica begins to say; to be filled as it is heard."""
        return self._add(Entry("assistant", ""))

    def close(self, entry: Entry) -> None:
        """Nothing more is heard of it; an empty one leaves no trace."""
        if not entry.text and not entry.calls:
            self._entries = [other for other in self._entries if other is not entry]

    def messages(
        self, note: str, instructions: str = "", ahead: str = "", insist: bool = False
    ) -> tuple[dict[str, Any], ...]:
        """The OpenAI chat messages of a request.

        Args:
            note: what the LLM is to do, told when neither a user nor a tool has the last word.
            instructions: stand at the end of the system message.
            ahead: words that a user is expected to have said; they do not become history.
            insist: tell it the note in any case, as a user would: small models repeat instructions instead.
        """
        entries = _folded([entry for entry in self._entries if entry.text or entry.calls])
        if ahead:
            entries.append(Entry("user", ahead))
        last_reply = next((entry for entry in reversed(entries) if entry.role == "assistant"), None)
        groups = [_render(entry, told_off=entry is last_reply) for entry in entries]
        messages = _merge([message for group in _newest(groups) for message in group])
        if tags := self._perceived.tags:
            messages.insert(_before_the_last_user(messages), {"role": "system", "content": tags})
        system = "\n\n".join(part for part in (self._system_prompt, self.context, instructions) if part)
        if system:
            messages.insert(0, {"role": "system", "content": system})
        if messages and messages[-1]["role"] in ("user", "tool") and not insist:
            return tuple(messages)
        return (*messages, {"role": "user" if insist else "system", "content": note})

    def _add(self, entry: Entry) -> Entry:
        self._entries.append(entry)
        if len(self._entries) > MOST_ENTRIES:
            del self._entries[: 10 * TRIM_STEP]
        return entry


def _folded(entries: list[Entry]) -> list[Entry]:
    """Words that fill the time of calls stand beside these, as if they had been said with them.

    So the results come last, and that is what models answer best.
    """
    folded: list[Entry] = []
    for entry in entries:
        if folded and entry.fills is not None and folded[-1].calls is entry.fills.calls:
            folded[-1] = replace(folded[-1], text=entry.text, interrupted=entry.interrupted)
        else:
            folded.append(entry)
    return folded


def _before_the_last_user(messages: list[dict[str, Any]]) -> int:
    """Where it does not disturb an LLM's cache of what was said before."""
    return next(
        (index for index in range(len(messages) - 1, -1, -1) if messages[index]["role"] == "user"),
        len(messages),
    )


def _render(entry: Entry, told_off: bool) -> list[dict[str, Any]]:
    """An entry's messages: tool results stand right behind their calls, as OpenAI's API demands."""
    message: dict[str, Any] = {"role": entry.role, "content": entry.text}
    messages = [message]
    calls = [call for call in entry.calls if not call.expired]
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _object(call.arguments)},
            }
            for call in calls
        ]
        messages += [
            {
                "role": "tool",
                "tool_call_id": call.id,
                "content": NO_RESULT if call.result is None else call.result,
            }
            for call in calls
        ]
    elif not entry.text:
        return []
    if entry.interrupted and told_off:
        messages.append({"role": "system", "content": INTERRUPTED})
    return messages


def _object(arguments: str) -> str:
    """Arguments that endpoints accept back: some refuse what is not the text of a JSON object."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _newest(groups: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """As many of the last groups as the limits allow, at least one."""
    sizes = [(len(group), sum(len(message["content"]) for message in group)) for group in groups]
    fitting = 0
    for count, characters in accumulate(reversed(sizes), lambda a, b: (a[0] + b[0], a[1] + b[1])):
        if count > MOST_MESSAGES or characters > MOST_CHARACTERS:
            break
        fitting += 1
    surplus = len(groups) - fitting
    stepped = -(-surplus // TRIM_STEP) * TRIM_STEP
    dropped = stepped if len(groups) - stepped >= TRIM_STEP else min(surplus, max(len(groups) - 1, 0))
    return groups[dropped:]


def _merge(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join neighbours of one role: many chat templates want the roles to alternate."""
    merged: list[dict[str, Any]] = []
    for message in messages:
        last = merged[-1] if merged else None
        if last and last.keys() == message.keys() == {"role", "content"} and last["role"] == message["role"]:
            last["content"] += ("\n" if message["role"] == "user" else " ") + message["content"]
        else:
            merged.append(message)
    return merged
