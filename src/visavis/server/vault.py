"""The server's one secret, and what is made of it: keys for each purpose, and secrets encrypted at rest."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from visavis.config import Settings
from visavis.errors import ConfigurationError

SEALED = "sealed:v1:"
"""How an encrypted text begins."""
SHORTEST = 32
"""Characters of a secret key: fewer can be guessed."""


class Vault:
    """Derives keys and encrypts texts (Fernet: AES-128-CBC with HMAC-SHA256).

    Args:
        secret_key: at least ``SHORTEST`` unguessable characters.

    Raises:
        ConfigurationError: it is too short.
    """

    def __init__(self, secret_key: str) -> None:
        if len(secret_key) < SHORTEST:
            raise ConfigurationError(f"secret_key needs at least {SHORTEST} characters")
        self._secret = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self.derive("secrets at rest")))

    @classmethod
    def from_settings(cls, settings: Settings) -> Vault:
        """The settings' secret key, or one kept in the data directory, made on first use."""
        given = settings.secret_key.get_secret_value()
        return cls(given or _kept_key(settings.data_dir / "secret_key"))

    def derive(self, purpose: str) -> bytes:
        """32 bytes that depend on the secret key and the purpose, and tell nothing about either."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"visavis {purpose}".encode()).derive(
            self._secret
        )

    def seal(self, text: str) -> str:
        """The text encrypted; what is sealed already stays as it is, and so does an empty text."""
        if not text or text.startswith(SEALED):
            return text
        return SEALED + self._fernet.encrypt(text.encode()).decode()

    def open(self, text: str) -> str:
        """What was sealed; any other text as it is.

        Raises:
            ConfigurationError: it was sealed under another secret key.
        """
        if not text.startswith(SEALED):
            return text
        try:
            return self._fernet.decrypt(text.removeprefix(SEALED)).decode()
        except InvalidToken:
            raise ConfigurationError(
                "a stored secret was encrypted under another secret_key: set the one it was stored with, "
                "or store the secret again"
            ) from None


def _kept_key(path: Path) -> str:
    return kept_text(path, lambda: secrets.token_urlsafe(48))


def kept_text(path: Path, make: Callable[[], str]) -> str:
    """What a file holds; made on first use, readable by its owner alone.

    It is whole from the moment that it is there, whoever else starts now and whenever this process dies. An
    empty one, as a full disk leaves it, is made anew.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileNotFoundError):
        if kept := path.read_text().strip():
            return kept
        path.unlink()
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{make()}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(written, path)
        except FileExistsError:
            pass  # another process was quicker: its word counts
        except OSError:  # a file system without links
            os.replace(written, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(written)
    return path.read_text().strip()
