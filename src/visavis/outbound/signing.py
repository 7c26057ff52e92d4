"""Signed webhooks: Standard Webhooks (https://www.standardwebhooks.com), symmetric signatures, ``v1``."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError
from standardwebhooks.webhooks import Webhook as _Signer

from visavis.errors import ConfigurationError, SignatureInvalid

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret such as ``whsec_…``."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str | Sequence[str], webhook_id: str, timestamp: float, body: bytes) -> dict[str, str]:
    """The headers that sign a webhook.

    Args:
        secret: ``whsec_…``; several while one takes the place of another, so that both verify.
        webhook_id: the same for each attempt, so that receivers can tell repetitions.
        timestamp: Unix seconds, of this attempt.
        body: exactly what is sent; UTF-8.

    Raises:
        ConfigurationError: the secret is none.
    """
    seconds = int(timestamp)
    moment = datetime.fromtimestamp(seconds, UTC)
    text = body.decode()
    keys = [secret] if isinstance(secret, str) else secret
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signer(key).sign(webhook_id, moment, text) for key in keys),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Make sure that a webhook was signed with the secret within the last five minutes.

    Args:
        secret: ``whsec_…``.
        headers: of the request; case does not matter.
        body: the bytes as they came.

    Raises:
        SignatureInvalid: it was not, or it is too old or new, or a header is missing.
        ConfigurationError: the secret is none.
    """
    signer = _signer(secret)
    try:
        signer.verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise SignatureInvalid(str(error)) from None
    except ValueError:
        # What is not of the form "v1,base64", or a body that is no UTF-8.
        raise SignatureInvalid("Invalid Signature Headers") from None


def _signer(secret: str) -> _Signer:
    try:
        return _Signer(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise ConfigurationError("a webhook secret is whsec_ and base64") from None
