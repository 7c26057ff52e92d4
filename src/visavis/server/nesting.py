"""How deep JSON is nested: deeper than anybody needs, not everything here can follow it."""

from __future__ import annotations

import re

DEEPEST = 100
"""Objects and lists inside of each other."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKET = re.compile(r"[\[\]{}]")


def is_too_deep(text: str) -> bool:
    """Whether valid JSON is nested deeper than ``DEEPEST``."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return True
    return False
