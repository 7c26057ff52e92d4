"""An outbox with something in it, a dispatcher, and a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.server.fakes import FakeLLM, TaskLauncher
from visavis.config import Settings
from visavis.outbound.client import GuardedClient
from visavis.outbound.guard import LOOPBACK, Guard
from visavis.outbound.signing import new_secret
from visavis.server.metrics import Metrics
from visavis.server.store import Conversation, NewWebhook, Store, Webhook
from visavis.server.store.models import now
from visavis.server.webhooks import Dispatcher
from visavis.server.workers.supervisor import Supervisor

SECRET = new_secret()
LIMIT = 20.0
"""Seconds after which something counts as never happening."""


class Clock:
    """Stands still, but when it is moved; a little ahead, so that all that is written now is due."""

    def __init__(self) -> None:
        self.now = now() + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def metrics(folder: Path) -> Metrics:
    return Metrics(Supervisor(Settings(data_dir=folder), launcher=TaskLauncher(), llm=FakeLLM()))


@asynccontextmanager
async def dispatching(
    store: Store, kept: Metrics, clock: Callable[[], datetime] = now, days: int = 30
) -> AsyncIterator[Dispatcher]:
    async with GuardedClient(Guard(LOOPBACK)) as client:
        dispatcher = Dispatcher(store.webhooks, client, [SECRET], kept, timedelta(days=days), clock)
        dispatcher.start()
        try:
            yield dispatcher
        finally:
            await dispatcher.stop()


async def put(store: Store, name: str, url: str, *event_types: str, **body: Any) -> list[str]:
    """Webhooks of a conversation, which is made if need be; their ids."""
    if await store.conversations.get(name) is None:
        about = {"name": "n", "replica_id": "r", "replica_name": "R", "persona_id": "p", "persona_name": "P"}
        await store.conversations.add(Conversation(id=name, status="active", **about))
    hooks = [NewWebhook(name, url, each, {"event_type": each, **body}) for each in event_types]
    return await store.webhooks.enqueue(*hooks)


async def found(store: Store, webhook_id: str) -> Webhook:
    row = await store.webhooks.get(webhook_id)
    assert row is not None
    return row


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(LIMIT):
        while not await condition():  # noqa: ASYNC110 - what is in a database has no event
            await asyncio.sleep(0.02)


async def until_tried(store: Store, webhook_id: str, times: int = 1) -> Webhook:
    """Wait until so many attempts are in the log."""

    async def tried() -> bool:
        row = await found(store, webhook_id)
        return len(await store.webhooks.attempts(row.number)) >= times

    await until(tried)
    return await found(store, webhook_id)
