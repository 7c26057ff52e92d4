"""When a tool is to be called, out of its description, the persona's prompt and its name. Pure."""

from __future__ import annotations

import re

from visavis.layers.perception.asked import Tool
from visavis.layers.perception.wording import condition, describes, forbids, plain, sentences, stems

_NOTHING = ""
"""Means no signal, whoever is asked."""


def stated(tool: Tool, prompt: str, names: frozenset[str]) -> list[str]:
    """Each condition that is named for calling the tool; all must mean the same.

    Args:
        tool: whose definition is OpenAI's.
        prompt: the persona's, for this and other tools.
        names: of all tools that it is for.

    Returns:
        Conditions; an empty one where something is said that nobody can hold to, such as when not to call it.
    """
    description = str(tool.definition["function"].get("description") or "")
    found = _conditions(sentences(description))
    said = _conditions(_about(tool.name, prompt, names))
    if not found and not said:
        # without a condition, one that is described by what happens, or named for it; not by what it does
        named = tool.name.replace("_", " ").replace("-", " ")
        text = description if description.strip() else named
        return [condition(text) or (text if describes(text) else _NOTHING)]
    return [*found, *said]


def _conditions(parts: list[str]) -> list[str]:
    found = []
    for part in parts:
        if forbids(part):
            found.append(_NOTHING)
            continue
        text = condition(part)
        if text is not None and stems(plain(text)):
            found.append(text)
    return found


def _about(name: str, prompt: str, names: frozenset[str]) -> list[str]:
    """What a prompt says of one tool, its name taken out."""
    alone = len(names) == 1
    parts = []
    for sentence in sentences(prompt):
        named = [
            other for other in names if other in sentence and re.search(rf"\b{re.escape(other)}\b", sentence)
        ]
        if name in named and len(named) > 1:
            sentence = _until_the_next(sentence, name, names - {name})
        elif name not in named and (named or not alone):
            continue
        parts.append(re.sub(rf"[`'\"]?\b{re.escape(name)}\b[`'\"]?", " ", sentence))
    return parts


def _until_the_next(sentence: str, name: str, others: frozenset[str]) -> str:
    rest = sentence[sentence.index(name) :]
    ends = [found.start() for other in others if (found := re.search(rf"\b{re.escape(other)}\b", rest))]
    return rest[: min(ends)] if ends else rest
