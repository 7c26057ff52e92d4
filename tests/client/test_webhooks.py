from __future__ import annotations

import json
import time
from typing import Any

import pytest

from visavis.client import UnknownWebhook, parse_webhook, verify_webhook
from visavis.errors import SignatureInvalid
from visavis.outbound.signing import new_secret, sign
from visavis.protocol.webhooks import ShutdownWebhook

SECRET = new_secret()
SHUTDOWN = {
    "event_type": "system.shutdown",
    "message_type": "system",
    "conversation_id": "c1",
    "webhook_url": "https://example.com/hook",
    "timestamp": "2026-07-11T06:45:47.472000Z",
    "properties": {"replica_id": "r1", "shutdown_reason": "end_conversation_endpoint_hit"},
}
OBJECTIVE = {"conversation_id": "c1", "objective_name": "name", "output_variables": {"name": "Ann"}}


def signed(payload: Any) -> tuple[dict[str, str], bytes]:
    body = json.dumps(payload).encode()
    return sign(SECRET, "msg_1", time.time(), body), body


def test_a_webhook_is_read_into_its_model() -> None:
    headers, body = signed(SHUTDOWN)
    verify_webhook(SECRET, headers, body)
    webhook = parse_webhook(SECRET, headers, body)
    assert isinstance(webhook, ShutdownWebhook)
    assert webhook.properties.shutdown_reason == "end_conversation_endpoint_hit"


@pytest.mark.parametrize("payload", [OBJECTIVE, {**SHUTDOWN, "event_type": "system.new"}])
def test_what_has_no_model_comes_as_it_is(payload: dict[str, Any]) -> None:
    assert parse_webhook(SECRET, *signed(payload)) == UnknownWebhook(payload)


def test_nothing_is_read_that_is_not_signed() -> None:
    headers, body = signed(SHUTDOWN)
    with pytest.raises(SignatureInvalid):
        parse_webhook(SECRET, headers, body.replace(b"c1", b"c2"))
    with pytest.raises(SignatureInvalid):
        parse_webhook(new_secret(), headers, body)
    with pytest.raises(SignatureInvalid, match="Missing"):
        parse_webhook(SECRET, {}, body)
    with pytest.raises(ValueError, match="JSON object"):
        parse_webhook(SECRET, *signed([1]))
