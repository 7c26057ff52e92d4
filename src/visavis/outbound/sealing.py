"""The secrets in a ``delivery.api`` document: sealed in the store, masked in answers, kept in updates.

They are the secret of ``auth``, all headers but those of ``PLAIN_HEADERS`` (people put keys into headers
of any name), and what is named like a key in ``query_params``, ``body_template`` and the query of ``url``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote, urlsplit

from visavis.outbound.delivery import MASK, SECRET_FIELDS
from visavis.outbound.secretnames import holds_secret, holds_secret_in_query

Path = tuple[str | int, ...]

PLAIN_HEADERS = frozenset(
    {"accept", "accept-language", "content-language", "content-type", "prefer", "user-agent"}
)


def secret_paths(document: Mapping[str, Any]) -> list[Path]:
    """Where they are, but for those in ``url``: ``("auth", "token")``, ``("headers", "X-Key")`` and so on."""
    paths: list[Path] = []
    auth = document.get("auth")
    if isinstance(auth, Mapping):
        field = SECRET_FIELDS.get(str(auth.get("type")))
        if field and isinstance(auth.get(field), str):
            paths.append(("auth", field))
    headers = document.get("headers")
    if isinstance(headers, Mapping):
        paths += [
            ("headers", name)
            for name, value in headers.items()
            if isinstance(value, str) and name.lower() not in PLAIN_HEADERS
        ]
    query = document.get("query_params")
    if isinstance(query, Mapping):
        paths += [
            ("query_params", name)
            for name, value in query.items()
            if isinstance(value, str) and holds_secret_in_query(name, value)
        ]
    return [*paths, *_in_body(document.get("body_template"), ("body_template",))]


def _in_body(template: Any, here: Path) -> list[Path]:
    if isinstance(template, Mapping):
        items: list[tuple[str | int, Any]] = list(template.items())
    elif isinstance(template, list):
        items = list(enumerate(template))
    else:
        return []
    paths: list[Path] = []
    for key, value in items:
        if isinstance(value, str):
            if isinstance(key, str) and holds_secret(key, value):
                paths.append((*here, key))
        else:
            paths += _in_body(value, (*here, key))
    return paths


def changed(document: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A copy with each secret changed, e.g. by ``vault.seal`` or ``vault.open``."""
    result = copy.deepcopy(dict(document))
    for *way, last in secret_paths(result):
        section: Any = result
        for step in way:
            section = section[step]
        section[last] = change(section[last])
    if isinstance(result.get("url"), str):
        result["url"] = _with_query(result["url"], lambda _, value: change(value))
    return result


def _with_query(url: str, change: Callable[[str, str], str]) -> str:
    """The URL with each secret in its query changed, by name, and as it is written there."""
    address, mark, rest = url.partition("?")
    query, hash_, fragment = rest.partition("#")
    if not mark or "#" in address:
        return url
    pairs = [pair.partition("=") for pair in query.split("&")]
    written = [
        f"{name}={change(name, value)}"
        if value and holds_secret_in_query(unquote(name), value)
        else f"{name}{sign}{value}"
        for name, sign, value in pairs
    ]
    return f"{address}?{'&'.join(written)}{hash_}{fragment}"


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy as answers show it."""
    return changed(document, lambda _: MASK)


def kept(update: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of an update that has the stored secrets where it has the mask, or no secret of ``auth`` at all.

    A secret goes only to the server that it was given for: where the update names another origin, or another
    token server, it is not taken over, and validation will ask for it.

    Args:
        update: what a client sent.
        stored: what it replaces, with its secrets as they are.
    """
    result = copy.deepcopy(dict(update))
    if not _same_servers(result, stored):
        return result
    auth, former = result.get("auth"), stored.get("auth")
    if isinstance(auth, dict) and isinstance(former, Mapping) and auth.get("type") == former.get("type"):
        field = SECRET_FIELDS.get(str(auth.get("type")))
        if field and field in former and auth.get(field) in (None, MASK):
            auth[field] = former[field]
    headers, before = result.get("headers"), stored.get("headers")
    if isinstance(headers, dict) and isinstance(before, Mapping):
        values = {name.lower(): value for name, value in before.items()}
        for name, value in headers.items():
            if value == MASK and name.lower() in values:
                headers[name] = values[name.lower()]
    for part in ("query_params", "body_template"):
        if part in result:
            result[part] = _restored(result[part], stored.get(part))
    if isinstance(result.get("url"), str):
        result["url"] = _with_query(result["url"], _query_of(str(stored.get("url"))))
    return result


def _restored(value: Any, before: Any) -> Any:
    if isinstance(value, dict):
        former = before if isinstance(before, Mapping) else {}
        return {key: _restored(inner, former.get(key)) for key, inner in value.items()}
    if isinstance(value, list):
        former_items = before if isinstance(before, list) else []
        return [_restored(inner, old) for inner, old in zip_longest(value, former_items[: len(value)])]
    return before if value == MASK and isinstance(before, str) else value


def _query_of(url: str) -> Callable[[str, str], str]:
    """What stands for a mask, by the parameter's name: the former value."""
    former: dict[str, str] = {}

    def remember(name: str, value: str) -> str:
        former.setdefault(name, value)
        return value

    _with_query(url, remember)
    return lambda name, value: former.get(name, value) if value == MASK else value


def _same_servers(update: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    return origin(update.get("url")) == origin(stored.get("url")) and origin(_token_url(update)) == origin(
        _token_url(stored)
    )


def _token_url(document: Mapping[str, Any]) -> Any:
    auth = document.get("auth")
    return auth.get("token_url") if isinstance(auth, Mapping) else None


def origin(url: Any) -> tuple[str, str] | None:
    """The server that an address names, to be compared; one that is no address is a server of its own."""
    if not isinstance(url, str):
        return None
    try:
        split = urlsplit(url)
    except ValueError:
        return "", url
    return split.scheme.lower(), split.netloc.lower()
