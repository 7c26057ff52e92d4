"""What is kept, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests import postgres
from visavis.errors import ConfigurationError
from visavis.server.store import ApiKey, Conversation, NewWebhook, Recording, Resource, Store, WebhookAttempt
from visavis.server.store.engine import AWAY
from visavis.server.store.models import now


def conversation(name: str) -> Conversation:
    about = {"name": "n", "replica_id": "r", "replica_name": "R", "persona_id": "p", "persona_name": "P"}
    return Conversation(id=name, status="active", **about)


def hook(name: str, event_type: str = "system.shutdown", url: str = "http://there/") -> NewWebhook:
    return NewWebhook(name, url, event_type, {"conversation_id": name, "words": "é"})


async def test_an_end_and_its_webhooks_are_written_together_and_once(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    assert await store.conversations.end("c1", "first", [hook("c1")])
    assert not await store.conversations.end("c1", "second", [hook("c1")])
    found, total = await store.webhooks.page(10, 0)
    assert (total, found[0].body) == (1, '{"conversation_id":"c1","words":"é"}')
    row = await store.conversations.get("c1")
    assert row is not None and row.ended_at is not None
    assert (row.status, row.shutdown_reason) == ("ended", "first")


async def test_events_that_cannot_be_written_leave_no_webhook(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    await store.logs.add_events([("c1", 1, {})])
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.logs.add_events([("c1", 2, {}), ("c1", 1, {})], [hook("c1")])
    assert (await store.webhooks.page(10, 0))[1] == 0
    found = await store.logs.last("c1")
    assert found and found[0] == 1


async def test_what_is_told_of_a_conversation_that_is_gone_is_dropped(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    await store.logs.add_events([("gone", 1, {}), ("c1", 1, {})], [hook("gone"), hook("c1")])
    assert [one.conversation_id for one in (await store.webhooks.page(10, 0))[0]] == ["c1"]


async def test_a_deletion_takes_everything_along(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    await store.logs.add_events([("c1", 1, {})], [hook("c1")])
    await store.logs.add_inputs([("c1", ["{}"])])
    await store.recordings.add(Recording(id="r1", conversation_id="c1"))
    (due,) = await store.webhooks.due(now(), 1)
    await store.webhooks.tried(WebhookAttempt(webhook_number=due.number, status=500), again_at=now())
    await store.conversations.delete("c1")
    await store.webhooks.tried(WebhookAttempt(webhook_number=due.number, status=200), delivered=True)
    assert await store.conversations.get("c1", deleted=True) is None
    assert await store.logs.events("c1") == []
    assert [stretch async for stretch in store.logs.inputs("c1")] == []
    assert await store.recordings.get("r1") is None
    assert await store.webhooks.attempts(due.number) == []
    assert (await store.webhooks.page(10, 0))[1] == 0


async def test_a_hidden_conversation_is_neither_found_nor_listed(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    await store.conversations.hide("c1")
    assert await store.conversations.get("c1") is None
    assert await store.conversations.page(10, 1) == ([], 0)
    assert await store.conversations.get("c1", deleted=True) is not None


async def test_webhooks_of_a_conversation_wait_for_the_earlier_ones(store: Store) -> None:
    for name in ("c1", "c2"):
        await store.conversations.add(conversation(name))
    await store.webhooks.enqueue(
        hook("c1", "a"), hook("c1", "b"), hook("c2", "c"), hook("c1", "d", "http://else/")
    )
    first = await store.webhooks.due(now(), 10)
    assert [one.event_type for one in first] == ["a", "c", "d"]
    later = now() + timedelta(hours=1)
    await store.webhooks.tried(WebhookAttempt(webhook_number=first[0].number), again_at=later)
    assert [one.event_type for one in await store.webhooks.due(now(), 10)] == ["c", "d"]
    assert await store.webhooks.redeliver(first[0].id)
    await store.webhooks.tried(WebhookAttempt(webhook_number=first[0].number, status=200), delivered=True)
    assert [one.event_type for one in await store.webhooks.due(now(), 10)] == ["b", "c", "d"]
    got = await store.webhooks.get(first[0].id)
    assert got is not None and (got.state, got.attempts) == ("delivered", 1)
    assert [one.status for one in await store.webhooks.attempts(got.number)] == [None, 200]


async def test_changes_at_the_same_time_lose_nothing(store: Store) -> None:
    await store.resources.add(Resource(id="x1", kind="thing", document={"names": []}))

    def add(name: str) -> Any:
        return lambda document: {"names": [*document["names"], name]}

    names = [str(number) for number in range(40)]
    await asyncio.gather(*(store.resources.change("x1", "thing", add(name)) for name in names))
    found = await store.resources.get("x1", "thing")
    assert found is not None and sorted(found.document["names"]) == sorted(names)


async def test_resources_are_found_by_their_kind_only(store: Store) -> None:
    for number in range(3):
        await store.resources.add(Resource(id=f"a{number}", kind="a", document={}))
    await store.resources.add(Resource(id="b0", kind="b", document={}))
    assert await store.resources.get("b0", "a") is None
    assert not await store.resources.delete("b0", "a")
    page, total = await store.resources.page(2, 1, "a")
    assert ([one.id for one in page], total) == (["a1", "a0"], 3)


async def test_a_key_is_revoked_once(store: Store) -> None:
    await store.keys.add(ApiKey(id="k1", name="n", prefix="vv_1", digest="d", scopes=["read"]))
    await store.keys.used("k1")
    found = await store.keys.by_digest("d")
    assert found is not None and found.last_used_at is not None and found.scopes == ["read"]
    assert await store.keys.revoke("k1")
    assert not await store.keys.revoke("k1")


@pytest.fixture
def on_postgres(postgres_server: postgres.Postgres) -> str:
    return postgres_server.database()


async def test_a_postgres_that_goes_or_is_gone_is_away_and_may_come_back(
    postgres_server: postgres.Postgres, on_postgres: str
) -> None:
    store = Store(on_postgres)
    await store.conversations.add(conversation("c1"))
    with pytest.raises(AWAY):
        async with store._sessions() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await store.conversations.get("c1")
    for where in ("/nonexistent", "localhost&port=1"):
        gone = Store(f"postgresql+asyncpg://visavis@/c?host={where}")
        with pytest.raises(AWAY):
            await gone.conversations.get("c1")
        await gone.close()
    with pytest.raises(ConfigurationError, match=r'cannot be reached: .*"nope" does not exist'):
        await Store(postgres_server.url("nope")).open()
    await store.close()
