"""What webhooks are signed with."""

from __future__ import annotations

import base64
import binascii

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.outbound.signing import PREFIX
from visavis.server.vault import Vault

SHORTEST = 24
"""Bytes of a secret, as Standard Webhooks has it."""


def signing_secrets(settings: Settings, vault: Vault) -> list[str]:
    """Those that the operator set, separated by spaces; else one that follows from the secret key.

    Several sign together, so that receivers can go from one to another.

    Raises:
        ConfigurationError: one of them is none, or can be guessed.
    """
    given = settings.webhook_secret.get_secret_value().split()
    if not all(map(_is_good, given)):
        raise ConfigurationError(
            f"setting 'webhook_secret' (VISAVIS_WEBHOOK_SECRET): it is {PREFIX} and base64 of at least "
            f"{SHORTEST} bytes"
        )
    return given or [PREFIX + base64.b64encode(vault.derive("webhooks")).decode()]


def _is_good(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secret.startswith(PREFIX) and len(key) >= SHORTEST
