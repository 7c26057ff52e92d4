"""The secrets in a ``delivery.api`` document: sealed in the store, masked in answers, kept in updates.

They are the secret of ``auth`` and all headers but those of ``PLAIN_HEADERS``: people put keys into headers
of any name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from visavis.outbound.delivery import MASK, SECRET_FIELDS

Path = tuple[str, ...]

PLAIN_HEADERS = frozenset(
    {"accept", "accept-language", "content-language", "content-type", "prefer", "user-agent"}
)


def secret_paths(document: Mapping[str, Any]) -> list[Path]:
    """Where its secrets are, e.g. ``("auth", "token")`` and ``("headers", "X-Api-Key")``."""
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
    return paths


def changed(document: Mapping[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """A copy with each secret changed, e.g. by ``vault.seal`` or ``vault.open``."""
    result = copy.deepcopy(dict(document))
    for section, field in secret_paths(result):
        result[section][field] = change(result[section][field])
    return result


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
    return result


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
