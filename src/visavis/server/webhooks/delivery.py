"""One attempt to deliver a webhook, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from visavis.errors import OutboundFailed, OutboundRefused
from visavis.outbound.client import Answer
from visavis.outbound.signing import sign
from visavis.server.store import Webhook
from visavis.server.webhooks.schedule import wished

TIMEOUT = 15.0
"""Seconds for all of an attempt."""
GONE = 410
"""The receiver wants no more of it."""


class Client(Protocol):
    """What is needed of ``GuardedClient``."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,
        answer_limit: int,
    ) -> Answer:
        """Send it."""
        ...


class Verdict(Enum):
    """What is to become of the webhook."""

    DELIVERED = "delivered"
    AGAIN = "retried"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    Attributes:
        status: of the answer; None if there was none.
        error: why there was none.
        wish: seconds that the receiver asked us to wait.
        seconds: how long it took.
    """

    verdict: Verdict
    status: int | None = None
    error: str = ""
    wish: float = 0.0
    seconds: float = 0.0


async def attempt(client: Client, webhook: Webhook, secrets: Sequence[str], at: datetime) -> Outcome:
    """Post it, signed. What the answer says beyond its status is nobody's business here, and not read.

    Args:
        client: sends.
        webhook: what, and where.
        secrets: sign (``whsec_…``).
        at: the time.
    """
    body = webhook.body.encode()
    headers = {"content-type": "application/json", **sign(secrets, webhook.id, at.timestamp(), body)}
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        answer = await client.request(
            "POST", webhook.url, headers=headers, body=body, timeout=TIMEOUT, answer_limit=0
        )
    except OutboundRefused as error:
        return Outcome(Verdict.FAILED, error=error.reason, seconds=clock() - began)
    except OutboundFailed as error:
        return Outcome(Verdict.AGAIN, error=error.reason, seconds=clock() - began)
    wish = wished(answer.headers.get("retry-after", ""), at)
    return Outcome(_verdict(answer.status), answer.status, wish=wish, seconds=answer.seconds)


def _verdict(status: int) -> Verdict:
    if 200 <= status < 300:
        return Verdict.DELIVERED
    return Verdict.FAILED if status == GONE else Verdict.AGAIN
