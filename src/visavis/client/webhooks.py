"""For programs that receive webhooks: whose they are, and what they say (docs/python.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from visavis.errors import SignatureInvalid
from visavis.outbound.signing import verify
from visavis.protocol.webhooks import WEBHOOK, Webhook

__all__ = ["SignatureInvalid", "UnknownWebhook", "parse_webhook", "verify_webhook"]


@dataclass(frozen=True)
class UnknownWebhook:
    """A webhook of no known kind, as are the callbacks of objectives and guardrails.

    Attributes:
        payload: all of it.
    """

    payload: dict[str, Any]


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Make sure that a webhook was signed with this secret within the last five minutes.

    Args:
        secret: ``whsec_…``.
        headers: of the request; case does not matter.
        body: the bytes as they came; JSON that was parsed and written again is something else.

    Raises:
        SignatureInvalid: it was not.
    """
    verify(secret, headers, body)


def parse_webhook(secret: str, headers: Mapping[str, str], body: bytes) -> Webhook | UnknownWebhook:
    """Verify a webhook and read it.

    ``headers["webhook-id"]`` is the same when a webhook is sent again.

    Args:
        secret: ``whsec_…``.
        headers: of the request; case does not matter.
        body: the bytes as they came.

    Returns:
        One of the models of ``visavis.protocol.webhooks``.

    Raises:
        SignatureInvalid: it was not signed with this secret, or not lately.
        ValueError: it is signed, but no JSON object.
    """
    verify(secret, headers, body)
    try:
        return WEBHOOK.validate_json(body)
    except ValidationError:
        payload = json.loads(body)
    if not isinstance(payload, dict):
        raise ValueError("a webhook is a JSON object")
    return UnknownWebhook(payload)
