"""What webhooks are signed with."""

from __future__ import annotations

import base64

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.outbound.signing import PREFIX, sign
from visavis.server.vault import Vault


def signing_secrets(settings: Settings, vault: Vault) -> list[str]:
    """Those that the operator set, separated by spaces; else one that follows from the secret key.

    Several sign together, so that receivers can go from one to another.

    Raises:
        ConfigurationError: one of them is none.
    """
    given = settings.webhook_secret.get_secret_value().split()
    secrets = given or [PREFIX + base64.b64encode(vault.derive("webhooks")).decode()]
    try:
        sign(secrets, "msg_0", 0.0, b"")  # at start, not at the first webhook
    except ConfigurationError as error:
        raise ConfigurationError(f"setting 'webhook_secret' (VISAVIS_WEBHOOK_SECRET): {error}") from None
    return secrets
