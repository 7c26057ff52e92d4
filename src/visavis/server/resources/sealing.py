"""The secrets in documents that users store: encrypted at rest, masked when they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from visavis.errors import VisavisError
from visavis.outbound import sealing as api_delivery
from visavis.outbound.delivery import MASK as MASK
from visavis.outbound.secretnames import holds_secret_in_query, names_secrets
from visavis.server.vault import SEALED, Vault

PLACES = ("layers", "delivery")
"""The parts of a document that may hold secrets; ``delivery.api`` knows its own (``visavis.outbound``)."""
QUERIES = frozenset(("default_query",))
"""Parts in which keys are named as in addresses."""
FREE = frozenset(("tools", "visual_tools", "audio_tools", "perception_tools", "parameters", "body_template"))
"""Parts that are schemas and texts: what is named like a secret there is none."""

Change = Callable[[str], str]


class ForgedSecret(VisavisError):
    """A new secret looks like one that is sealed already."""


def sealed(document: dict[str, Any], vault: Vault, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document with its secrets encrypted.

    Args:
        document: as it was posted, or as a change made it of ``before``.
        vault: encrypts.
        before: as it is stored: what is sealed there may stay so.

    Raises:
        ForgedSecret: a secret begins as sealed ones do, and is none of ``before``.
    """
    known = secrets_in(before or {})

    def seal(secret: str) -> str:
        if secret.startswith(SEALED) and secret not in known:
            raise ForgedSecret(f"a secret must not begin with {SEALED!r}")
        return vault.seal(secret)

    return _each(document, seal)


def secrets_in(document: dict[str, Any]) -> set[str]:
    """All of them, as they are stored; none is empty."""
    found: set[str] = set()

    def remember(secret: str) -> str:
        found.add(secret)
        return secret

    _each(document, remember)
    return found - {""}


def opened(document: dict[str, Any], vault: Vault) -> dict[str, Any]:
    """The document with its secrets, to be used and not shown.

    Raises:
        ConfigurationError: they were sealed under another secret key.
    """
    return _each(document, vault.open)


def masked(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its secrets, to be shown."""
    return _each(document, lambda secret: MASK if secret else secret)


def unmasked(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The document with what was stored in place of masks that came back."""
    result = dict(document)
    for place in PLACES:
        if place in document:
            result[place] = _restored(document[place], before.get(place))
    api, former = _api(document), _api(before)
    if api is not None:
        # Not as the rest: a secret goes only to the server that it was given for.
        result["delivery"] = {**document["delivery"], "api": api_delivery.kept(api, former or {})}
    return result


class Lent(str):
    """A mask that remembers what it stands for, wherever a patch moves it."""

    __slots__ = ("secret",)
    secret: str

    def __deepcopy__(self, _: object) -> Lent:
        return self


def lent(document: dict[str, Any]) -> dict[str, Any]:
    """As ``masked``, with masks that remember: to be changed and handed to ``returned``."""

    def lend(secret: str) -> str:
        if not secret:
            return secret
        mask = Lent(MASK)
        mask.secret = secret
        return mask

    return _each(document, lend)


def returned(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The changed document with its secrets; a mask that was moved where no secrets are is only a text."""
    back = _each(document, lambda secret: secret.secret if isinstance(secret, Lent) else secret)
    return unmasked(cast(dict[str, Any], _plain(back)), before)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return MASK if isinstance(value, Lent) else value


def _api(document: dict[str, Any]) -> dict[str, Any] | None:
    delivery = document.get("delivery")
    api = delivery.get("api") if isinstance(delivery, dict) else None
    return api if isinstance(api, dict) else None


def _restored(value: Any, before: Any) -> Any:
    if isinstance(value, dict):
        stored = before if isinstance(before, dict) else {}
        return {key: _restored(inner, stored.get(key)) for key, inner in value.items()}
    return before if value == MASK and isinstance(before, str) else value


def _each(document: dict[str, Any], change: Change) -> dict[str, Any]:
    """The document with each of its secrets changed."""
    result = {
        key: _changed(value, change, below_secret=False) if key in PLACES else value
        for key, value in document.items()
    }
    api = _api(document)
    if api is not None:
        result["delivery"] = {**document["delivery"], "api": api_delivery.changed(api, change)}
    return result


def _changed(value: Any, change: Change, below_secret: bool) -> Any:
    if isinstance(value, list):
        return [_changed(inner, change, below_secret) for inner in value]
    if not isinstance(value, dict):
        return change(value) if below_secret and isinstance(value, str) else value
    result: dict[str, Any] = {}
    for key, inner in value.items():
        if key in FREE:
            result[key] = inner
        elif key in QUERIES and isinstance(inner, dict) and not below_secret:
            result[key] = _changed_query(inner, change)
        elif isinstance(inner, str):
            result[key] = change(inner) if below_secret or names_secrets(key) else inner
        else:
            result[key] = _changed(inner, change, below_secret or names_secrets(key))
    return result


def _changed_query(query: dict[str, Any], change: Change) -> dict[str, Any]:
    named = {
        key: change(value)
        for key, value in query.items()
        if isinstance(value, str) and holds_secret_in_query(key, value)
    }
    rest = {key: value for key, value in query.items() if key not in named}
    every = {**_changed(rest, change, below_secret=False), **named}
    return {key: every[key] for key in query}
