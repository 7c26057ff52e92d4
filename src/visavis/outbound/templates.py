"""Placeholders, ``{name}``, in URLs, query parameters and bodies, and what arguments make of them.

An argument that is absent or null: in a body ``null`` where the placeholder stands alone; elsewhere, within
longer text and in a query, nothing. A path cannot do without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from visavis.errors import OutboundRefused

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def placeholders(template: Any) -> set[str]:
    """The names in a template: text, or what JSON is made of."""
    if isinstance(template, str):
        return set(PLACEHOLDER.findall(template))
    if isinstance(template, Mapping):
        return set().union(*map(placeholders, template.values()))
    if isinstance(template, list):
        return set().union(*map(placeholders, template))
    return set()


def text(value: Any) -> str:
    """An argument within text: strings as they are, null as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)


def filled_text(template: str, arguments: Mapping[str, Any]) -> str:
    """Text with its placeholders filled in; what arguments hold is not read as a template again."""
    return PLACEHOLDER.sub(lambda found: text(arguments.get(found[1])), template)


def filled(template: Any, arguments: Mapping[str, Any]) -> Any:
    """JSON with its placeholders filled in.

    A string that is one placeholder and nothing else becomes the argument itself, whatever its type.
    """
    if isinstance(template, str):
        alone = PLACEHOLDER.fullmatch(template)
        return arguments.get(alone[1]) if alone else filled_text(template, arguments)
    if isinstance(template, Mapping):
        return {key: filled(value, arguments) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, arguments) for value in template]
    return template


def filled_url(template: str, arguments: Mapping[str, Any]) -> str:
    """A URL with its placeholders filled in; whatever arguments hold, the path keeps its segments.

    Raises:
        OutboundRefused: an argument that the path needs is absent, or would lead to another path.
    """
    split = urlsplit(template)
    segments = split.path.split("/")
    for place, segment in enumerate(segments):
        for name in PLACEHOLDER.findall(segment):
            if text(arguments.get(name)) == "":
                raise OutboundRefused(f"the argument {name!r}, which the path of the URL needs, is missing")
        segments[place] = _encoded(segment, arguments)
        if segments[place] in (".", "..") and segments[place] != segment:
            raise OutboundRefused("an argument would lead to another path of the URL")
    return split._replace(
        path="/".join(segments), query=_encoded(split.query, arguments), fragment=""
    ).geturl()


def _encoded(template: str, arguments: Mapping[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: quote(text(arguments.get(found[1])), safe=""), template)
