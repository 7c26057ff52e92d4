"""What is named like a secret, in documents, queries and bodies."""

from __future__ import annotations

from visavis.outbound.templates import PLACEHOLDER

_SECRETS = frozenset(
    {
        *("accesstoken", "apikey", "authtoken", "authorization", "clientsecret", "password", "privatekey"),
        *("secret", "signingsecret", "token"),
    }
)
"""In lower case, without dashes and underscores: our own fields', and those of other APIs."""
_IN_A_QUERY = frozenset({"accesskey", "auth", "key", "secretkey", "sig", "signature", "subscriptionkey"})
"""Beside them, where APIs take keys in their addresses; elsewhere such a name may be anything's."""
_HEADERS = "headers"
"""Every value below this name, or one that ends so, is one: keys go under any name there."""


def names_secrets(name: str) -> bool:
    """Whether what has this name is a secret, or all that is below it."""
    plain = _plain(name)
    return plain in _SECRETS or plain.endswith(_HEADERS)


def holds_secret(name: str, value: str) -> bool:
    """Whether a field of a body has a secret, and not a placeholder for an argument."""
    return names_secrets(name) and not PLACEHOLDER.search(value)


def holds_secret_in_query(name: str, value: str) -> bool:
    """Likewise of a parameter in a query."""
    return (holds_secret(name, value) or _plain(name) in _IN_A_QUERY) and not PLACEHOLDER.search(value)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").removeprefix("x")
