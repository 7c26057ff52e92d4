"""API keys: the operator's, or on loopback a development key of our own."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from visavis.config import Settings
from visavis.errors import ConfigurationError


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def development_key_path(settings: Settings) -> Path:
    """Where the development key is kept."""
    return settings.data_dir / "dev_key"


def development_key(settings: Settings) -> str:
    """The development key of this data directory, made on first use and readable by its owner alone."""
    path = development_key_path(settings)
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = f"dev_{secrets.token_urlsafe(24)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{key}\n")
    return key


def api_keys(settings: Settings) -> list[str]:
    """The keys to accept.

    Raises:
        ConfigurationError: none is set, and the address is open to other machines.
    """
    if settings.api_keys:
        return [key.get_secret_value() for key in settings.api_keys]
    if not is_loopback(settings.host):
        raise ConfigurationError(
            f"listening on {settings.host} lets other machines in: set api_keys (VISAVIS_API_KEYS), "
            "or listen on 127.0.0.1"
        )
    return [development_key(settings)]


class Keyring:
    """Compares keys in constant time; holds their hashes only."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = [_digest(key) for key in keys if key]

    def __contains__(self, key: str) -> bool:
        digest = _digest(key)
        return any([hmac.compare_digest(digest, known) for known in self._digests])


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
