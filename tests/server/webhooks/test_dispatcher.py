"""Deliveries over real HTTP, from a real database."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from standardwebhooks.webhooks import Webhook as Verifier

from tests.outbound.serving import Received, reply, serving
from tests.server.webhooks.receiving import (
    SECRET,
    Clock,
    dispatching,
    found,
    metrics,
    put,
    until,
    until_tried,
)
from visavis.server.store import Store
from visavis.server.webhooks import delivery, dispatcher, schedule

ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What is not about the database."""


@pytest.fixture
def told_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dispatcher does not look by itself: it sends what it is told of."""
    monkeypatch.setattr(dispatcher, "LOOK", 3600.0)


@pytest.mark.usefixtures("told_alone")
async def test_one_that_fails_holds_up_its_own_conversation_alone(store: Store, tmp_path: Path) -> None:
    clock, kept = Clock(), metrics(tmp_path)
    failures = 1

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        nonlocal failures
        if request.path == "/c1" and failures:
            failures -= 1
            return reply(500, b"words of a stranger")
        return reply(204)

    async with serving(answer) as server, dispatching(store, kept, clock):
        first, second = await put(store, "c1", f"{server.url}/c1", "a", "b", words="é")
        (other,) = await put(store, "c2", f"{server.url}/c2", "c")
        row = await until_tried(store, first)
        assert (row.state, row.attempts) == ("pending", 1)
        await until_tried(store, other)
        assert (await found(store, second)).attempts == 0, "it waits for the first"

        clock.now = row.next_attempt_at
        store.webhooks.arrived.set()
        await until_tried(store, second)
        assert {(await found(store, name)).state for name in (first, second, other)} == {"delivered"}

    to_c1 = [one for one in server.received if one.path == "/c1"]
    assert [one.headers["webhook-id"] for one in to_c1] == [first, first, second]
    assert [json.loads(one.body)["event_type"] for one in to_c1] == ["a", "a", "b"]
    assert to_c1[0].body == to_c1[1].body == '{"event_type":"a","words":"é"}'.encode()
    assert to_c1[0].headers["webhook-timestamp"] != to_c1[1].headers["webhook-timestamp"]
    assert to_c1[0].headers["webhook-signature"] != to_c1[1].headers["webhook-signature"]
    assert to_c1[0].headers["content-type"] == "application/json"
    for one in server.received:
        Verifier(SECRET).verify(one.body, one.headers)
    told = kept.exposition().decode()
    assert 'visavis_webhooks_total{event_type="a",outcome="retried"} 1.0' in told
    assert 'visavis_webhooks_total{event_type="a",outcome="delivered"} 1.0' in told
    assert "visavis_webhooks_pending 0.0" in told


@pytest.mark.usefixtures("told_alone")
async def test_it_is_tried_for_about_a_day_then_given_up_and_can_be_sent_again(
    store: Store, tmp_path: Path
) -> None:
    clock = Clock()
    began, well = clock.now, False

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        return reply(200 if well else 503)

    async with serving(answer) as server, dispatching(store, metrics(tmp_path), clock):
        first, second = await put(store, "c1", server.url, "a", "b")
        waits = []
        for attempt in range(1, len(schedule.PAUSES) + 2):
            row = await until_tried(store, first, attempt)
            if row.state == "pending":
                waits.append((row.next_attempt_at - clock.now).total_seconds())
                clock.now = row.next_attempt_at
                store.webhooks.arrived.set()
        assert row.state == "failed"
        for wait, planned in zip(waits, schedule.PAUSES, strict=True):
            assert planned / 2 <= wait <= planned * 1.5
        assert 11 <= (clock.now - began).total_seconds() / 3600 <= 36
        await until_tried(store, second)
        assert {one.headers["webhook-id"] for one in server.received} == {first, second}

        well = True
        assert await store.webhooks.redeliver(first)
        row = await until_tried(store, first, len(schedule.PAUSES) + 2)
        assert (row.state, row.attempts) == ("delivered", 1)


@ON_ONE
async def test_what_each_answer_means(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT", 1.0)
    clock = Clock()
    answers = {
        "/moved": reply(301, location="/elsewhere"),
        "/gone": reply(410),
        "/busy": reply(429, retry_after="3600"),
        "/greedy": reply(503, retry_after="Sun, 06 Nov 2994 08:49:37 GMT"),
        "/created": reply(201, b"x" * 100_000),
    }

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes | None:
        if request.path == "/slow":
            await asyncio.sleep(5)
        return answers[request.path]

    async with serving(answer) as server, dispatching(store, metrics(tmp_path), clock):
        ids = {
            path: (await put(store, f"c{number}", f"{server.url}{path}", "a"))[0]
            for number, path in enumerate((*answers, "/slow"))
        }
        (ids["refused"],) = await put(store, "c8", f"http://127.0.0.1:{unused_tcp_port}/", "a")
        (ids["inside"],) = await put(store, "c9", "http://10.0.0.1/", "a")
        rows = {path: await until_tried(store, name) for path, name in ids.items()}

    assert {path: row.state for path, row in rows.items()} == {
        "/moved": "pending",
        "/gone": "failed",
        "/busy": "pending",
        "/greedy": "pending",
        "/created": "delivered",
        "/slow": "pending",
        "refused": "pending",
        "inside": "failed",
    }
    assert "/elsewhere" not in {one.path for one in server.received}
    waits = {path: (row.next_attempt_at - clock.now).total_seconds() for path, row in rows.items()}
    assert waits["/busy"] == 3600 and waits["/greedy"] == schedule.LONGEST_WISH and waits["/moved"] < 10
    tries = {path: (await store.webhooks.attempts(row.number))[-1] for path, row in rows.items()}
    assert (tries["/gone"].status, tries["/gone"].error) == (410, "")
    assert (tries["/slow"].status, tries["/slow"].error) == (None, "no complete answer within 1 s")
    assert tries["/slow"].milliseconds >= 900
    assert tries["refused"].error == "no connection: connection refused"
    assert "outbound_allow" in tries["inside"].error


@ON_ONE
async def test_a_server_that_does_not_answer_leaves_room_for_others(store: Store, tmp_path: Path) -> None:
    silence = asyncio.Event()

    async def never(request: Received, _: asyncio.StreamWriter) -> bytes:
        await silence.wait()
        return reply()

    async def at_once(request: Received, _: asyncio.StreamWriter) -> bytes:
        return reply()

    async with serving(never) as dead, serving(at_once) as alive, dispatching(store, metrics(tmp_path)):
        for number in range(2 * dispatcher.MOST_AT_ONCE):
            await put(store, f"d{number}", f"{dead.url}/{number}", "a")
        (other,) = await put(store, "c1", alive.url, "a")
        await until_tried(store, other)
        assert len(dead.received) == dispatcher.MOST_TO_ONE
        silence.set()
        await until(lambda: _none_pending(store))
    assert len(dead.received) == 2 * dispatcher.MOST_AT_ONCE


async def _none_pending(store: Store) -> bool:
    return await store.webhooks.pending() == 0


@ON_ONE
async def test_a_restart_keeps_the_id_and_stopping_waits_for_what_is_on_its_way(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "GRACE", 1.0)
    arrived, never = asyncio.Event(), asyncio.Event()

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        arrived.set()
        if request.path == "/stuck" and len(server.received) < 4:
            await never.wait()
        await asyncio.sleep(0.3)
        return reply()

    async with serving(answer) as server:
        async with dispatching(store, metrics(tmp_path)):
            first, second = await put(store, "c1", server.url, "a", "b")
            (stuck,) = await put(store, "c2", f"{server.url}/stuck", "c")
            await arrived.wait()
        assert (await found(store, first)).state == (await found(store, second)).state == "delivered"
        assert ((await found(store, stuck)).state, (await found(store, stuck)).attempts) == ("pending", 0)
        async with dispatching(store, metrics(tmp_path)):
            await until_tried(store, stuck)
    assert [one.headers["webhook-id"] for one in server.received if one.path == "/stuck"] == [stuck, stuck]


@ON_ONE
async def test_what_was_delivered_is_not_sent_again_because_the_database_was_away(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "AWAY", 0.0)
    failures = [OperationalError("update", {}, Exception("locked"))] * 3
    written, read = store.webhooks.tried, store.webhooks.due

    def failing(then: Any) -> Any:
        async def away(*arguments: Any, **options: Any) -> Any:
            if failures:
                raise failures.pop()
            return await then(*arguments, **options)

        return away

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        return reply()

    monkeypatch.setattr(store.webhooks, "tried", failing(written))
    async with serving(answer) as server, dispatching(store, metrics(tmp_path)):
        (name,) = await put(store, "c1", server.url, "a")
        assert (await until_tried(store, name)).state == "delivered"
        assert len(server.received) == 1

        failures.append(OperationalError("select", {}, Exception("away")))
        monkeypatch.setattr(store.webhooks, "due", failing(read))
        (name,) = await put(store, "c1", server.url, "b")
        await until(lambda: _no(failures))
        store.webhooks.arrived.set()
        assert (await until_tried(store, name)).state == "delivered"


async def _no(left: list[Any]) -> bool:
    return not left


async def test_a_conversation_that_is_removed_takes_along_what_is_on_its_way(
    store: Store, tmp_path: Path
) -> None:
    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        await store.conversations.delete("c1")
        return reply()

    async with serving(answer) as server, dispatching(store, metrics(tmp_path)):
        first, second = await put(store, "c1", server.url, "a", "b")
        await until(lambda: _none_pending(store))
    assert len(server.received) == 1
    assert await store.webhooks.get(first) is None and await store.webhooks.get(second) is None


async def test_the_log_of_deliveries_is_tidied(store: Store, tmp_path: Path) -> None:
    clock = Clock()

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes:
        return reply(int(request.path[1:]))

    async with serving(answer) as server:
        names = []
        async with dispatching(store, metrics(tmp_path), clock, days=2):
            for number, status in enumerate((200, 410, 500)):
                names += await put(store, f"c{number}", f"{server.url}/{status}", "a")
            for name in names:
                await until_tried(store, name)
            clock.forward(days=1.9)
            names += await put(store, "c3", f"{server.url}/200", "a")
            store.webhooks.arrived.set()
            await until_tried(store, names[-1])
            assert [await store.webhooks.get(name) is None for name in names] == [False] * 4
            clock.forward(days=0.2)
            store.webhooks.arrived.set()
            await until(lambda: _removed(store, names[0]))
        assert [await store.webhooks.get(name) is None for name in names] == [True, True, False, False]


async def _removed(store: Store, name: str) -> bool:
    return await store.webhooks.get(name) is None
