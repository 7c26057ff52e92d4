"""The server's one secret, and what is made of it: keys for each purpose, and secrets encrypted at rest."""

from __future__ import annotations

import base64
import os
import secrets
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
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(48)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{key}\n")
    return key
