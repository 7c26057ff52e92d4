from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from structlog.testing import capture_logs

from visavis.config import Settings
from visavis.server.records import journal
from visavis.server.records import recorder as module
from visavis.server.records.recorder import Recorder
from visavis.server.store import Conversation, Store


def event(event_type: str, **properties: Any) -> dict[str, Any]:
    return {"event_type": event_type, "seq": next(SEQ), "properties": properties}


def tell(recorder: Recorder, name: str, message: dict[str, Any]) -> None:
    recorder.event(name, message["seq"], message)


SEQ = itertools.count(1)


def conversation(name: str) -> Conversation:
    return Conversation(
        id=name,
        name="n",
        status="active",
        replica_id="r",
        replica_name="R",
        persona_id="p",
        persona_name="P",
    )


@pytest.fixture
async def store(store: Store) -> Store:
    await store.conversations.add(conversation("c1"))
    return store


@pytest.fixture
async def recorder(store: Store) -> AsyncIterator[Recorder]:
    recorder = Recorder(store)
    running = asyncio.create_task(recorder.run())
    yield recorder
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def types(store: Store, recorder: Recorder) -> list[str]:
    await recorder.flush()
    return [found["event_type"] for _, found in await store.logs.events("c1")]


async def test_everything_is_kept_but_heartbeats(store: Store, recorder: Recorder) -> None:
    tell(recorder, "c1", event("system.replica_present"))
    tell(recorder, "c1", event("conversation.utterance.streaming", speech="a", final=False))
    tell(recorder, "c1", event("conversation.utterance.streaming", speech="a b", final=True))
    tell(recorder, "c1", event("conversation.utterance", speech="a b"))
    assert await types(store, recorder) == [
        "conversation.utterance.streaming",
        "conversation.utterance.streaming",
        "conversation.utterance",
    ]


async def test_a_conversations_events_are_bounded_but_its_shutdown_is_kept(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_EVENTS", 3)
    for number in range(10):
        tell(recorder, "c1", event("conversation.utterance", speech=str(number)))
    tell(recorder, "c1", event("system.shutdown"))
    assert await types(store, recorder) == ["conversation.utterance"] * 3 + ["system.shutdown"]


async def test_events_of_a_forgotten_conversation_are_dropped(store: Store, recorder: Recorder) -> None:
    tell(recorder, "c2", event("conversation.utterance"))
    tell(recorder, "c1", event("conversation.utterance"))
    recorder.ended("c2", "gone")
    assert await types(store, recorder) == ["conversation.utterance"]


async def test_a_database_that_is_away_for_a_while_loses_nothing(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAUSES", (0.0,))
    failures = [OperationalError("insert", {}, Exception("locked"))] * 3
    add_events, end_conversation = store.logs.add_events, store.conversations.end

    async def away(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        await (end_conversation if arguments[0] == "c1" else add_events)(*arguments)

    monkeypatch.setattr(store.logs, "add_events", away)
    monkeypatch.setattr(store.conversations, "end", away)
    tell(recorder, "c1", event("conversation.utterance"))
    tell(recorder, "c1", event("system.shutdown"))
    recorder.ended("c1", "reason")
    assert await types(store, recorder) == ["conversation.utterance", "system.shutdown"]
    row = await store.conversations.get("c1")
    assert row and (row.status, row.shutdown_reason) == ("ended", "reason")


async def test_a_database_that_stays_away_loses_events_but_no_end(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAUSES", (0.0,))
    failures = [OperationalError("update", {}, Exception("disk full"))] * (3 * journal.TRIES)
    end_conversation = store.conversations.end

    async def away(*arguments: str) -> None:
        if failures:
            raise failures.pop()
        if arguments[0] == "c1":
            await end_conversation(*arguments)

    monkeypatch.setattr(store.logs, "add_events", away)
    monkeypatch.setattr(store.conversations, "end", away)
    tell(recorder, "c1", event("system.shutdown"))
    recorder.ended("c1", "reason")
    for _ in range(3):
        await recorder.flush()
    row = await store.conversations.get("c1")
    assert row and (row.status, row.shutdown_reason) == ("ended", "reason")


async def test_what_one_conversation_meets_costs_no_other_anything(store: Store, recorder: Recorder) -> None:
    await store.conversations.add(conversation("c2"))
    for message in (event("conversation.utterance"), event("conversation.utterance")):
        recorder.event("c2", 1, message)  # the same number twice
    recorder.event("c2", 2, event("conversation.utterance"))
    tell(recorder, "c1", event("conversation.utterance"))
    recorder.ended("c2", "over")
    assert await types(store, recorder) == ["conversation.utterance"]
    assert [seq for seq, _ in await store.logs.events("c2")] == [1, 2, 3]
    row = await store.conversations.get("c2")
    assert row and row.status == "ended"


async def test_removing_a_conversation_that_still_talks_costs_no_other_anything(
    store: Store, recorder: Recorder
) -> None:
    told = 0
    for number in range(20):
        name = f"d{number}"
        await store.conversations.add(conversation(name))
        tell(recorder, name, event("conversation.utterance"))
        removing = asyncio.create_task(recorder.forget(name))
        while not removing.done():
            tell(recorder, name, event("conversation.utterance"))
            tell(recorder, "c1", event("conversation.utterance"))
            told += 1
            await asyncio.sleep(0.0005)
        recorder.ended(name, "over")
        assert await store.conversations.get(name) is None
    assert len(await types(store, recorder)) == told


async def test_waiting_for_what_was_told_is_not_waiting_for_what_is_told_meanwhile(
    store: Store, recorder: Recorder
) -> None:
    talking = True

    async def talk() -> None:
        while talking:
            tell(recorder, "c1", event("conversation.utterance"))
            await asyncio.sleep(0)

    task = asyncio.create_task(talk())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await recorder.flush()
    talking = False
    await task


async def test_what_waits_for_a_database_is_bounded_but_ends_are_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    recorder = Recorder(store)
    for _ in range(10):
        tell(recorder, "c1", event("conversation.utterance"))
    recorder.ended("c1", "over")
    running = asyncio.create_task(recorder.run())
    assert await types(store, recorder) == ["conversation.utterance"] * 3 + ["system.shutdown"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_database_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    store = Store.from_settings(Settings(data_dir=tmp_path))
    await store.open()
    await store.close()
    assert (tmp_path / "visavis.db").stat().st_mode & 0o077 == 0


async def test_a_dead_workers_conversation_gets_the_shutdown_it_could_not_send(
    store: Store, recorder: Recorder
) -> None:
    tell(recorder, "c1", event("conversation.utterance"))
    heartbeat = event("system.replica_present")
    tell(recorder, "c1", heartbeat)
    recorder.ended("c1", "internal error occurred at step worker")
    assert await types(store, recorder) == ["conversation.utterance", "system.shutdown"]
    (*_, (_, last)) = await store.logs.events("c1")
    assert last["properties"]["shutdown_reason"] == "internal error occurred at step worker"


async def test_an_end_that_a_killed_server_had_stored_but_not_written_keeps_its_reason(store: Store) -> None:
    said = event("system.shutdown", shutdown_reason="max_call_duration reached")
    await store.logs.add_events([("c1", 7, said)])
    recorder = Recorder(store)
    assert await recorder.recover() == 1
    running = asyncio.create_task(recorder.run())
    assert await types(store, recorder) == ["system.shutdown"]
    row = await store.conversations.get("c1")
    assert row and (row.status, row.shutdown_reason) == ("ended", "max_call_duration reached")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_resumes_behind_what_a_killed_server_had_not_stored_is_told_the_end(store: Store) -> None:
    await store.logs.add_events([("c1", 7, event("conversation.utterance"))])
    recorder = Recorder(store)
    await recorder.recover()
    running = asyncio.create_task(recorder.run())
    await recorder.flush()
    ((_, told),) = await store.logs.events("c1", after=7 + 100)
    assert told["properties"]["shutdown_reason"] == "internal error occurred at step server"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_shutdown_that_was_sent_is_not_told_twice(store: Store, recorder: Recorder) -> None:
    tell(recorder, "c1", event("system.shutdown"))
    recorder.ended("c1", "end_conversation_endpoint_hit")
    assert await types(store, recorder) == ["system.shutdown"]


async def test_what_the_database_complains_of_quotes_no_words(store: Store) -> None:
    said = event("conversation.utterance", speech="my secret")
    async with store._engine.begin() as connection:
        await connection.execute(text("DROP TABLE event_log"))
    with pytest.raises(DBAPIError) as error:
        await store.logs.add_events([("c1", 1, said)])
    assert "my secret" not in str(error.value)
    assert "c1" not in str(error.value)


async def test_a_batch_that_cannot_be_written_does_not_stop_the_next(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("odd")

    with monkeypatch.context() as broken:
        broken.setattr(store.logs, "add_events", fail)
        tell(recorder, "c1", event("conversation.utterance"))
        await recorder.flush()
    tell(recorder, "c1", event("conversation.utterance"))
    assert await types(store, recorder) == ["conversation.utterance"]


async def test_many_events_are_read_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visavis.server.store.logs.PAGE", 3)
    await store.logs.add_events([("c1", seq, event("conversation.utterance")) for seq in range(1, 9)])

    async def read(after: int, limit: int | None) -> list[list[int]]:
        return [[seq for seq, _ in page] async for page in store.logs.event_pages("c1", after, limit)]

    assert await read(0, None) == [[1, 2, 3], [4, 5, 6], [7, 8]]
    assert await read(2, 4) == [[3, 4, 5], [6]]
    assert await read(8, None) == []


async def test_slow_readers_of_logs_keep_no_connection_from_others(store: Store) -> None:
    await store.logs.add_inputs([("c1", ["{}"])])
    readers = [store.logs.inputs("c1") for _ in range(20)]
    for reader in readers:
        assert await anext(reader) == "{}"
    async with asyncio.timeout(5):
        assert await store.conversations.get("c1")
    for reader in readers:
        await reader.aclose()  # type: ignore[attr-defined]


async def test_who_is_to_be_called_back_waits_in_the_outbox_before_the_event_is_kept(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is killed between the two has told once too often, not once too little."""
    steered = conversation("c9")
    steered.details = {"callbacks": {"objective": {"name": "https://hooks.example"}}}
    await store.conversations.add(steered)
    waiting: list[int] = []
    add_events = store.logs.add_events

    async def looked(events: Any) -> None:
        rows, _ = await store.webhooks.page(10, 0, conversation_id="c9")
        waiting.append(len(rows))
        await add_events(events)

    monkeypatch.setattr(store.logs, "add_events", looked)
    recorder.called_back("c9", "objective", "name", {"objective_name": "name"})
    tell(recorder, "c9", event("conversation.objective.completed"))
    await recorder.flush()
    assert waiting == [1]


def test_that_the_database_is_too_far_behind_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHARACTERS_WAITING", 10)
    waiting = module.Waiting()
    with capture_logs() as logs:
        for _ in range(3):
            assert not waiting.fits(["x" * 11])
            assert not waiting.fits(journal.Happened(1, event("conversation.utterance", speech="x" * 11)))
            assert waiting.fits(journal.Happened(1, {"event_type": "conversation.user.started_speaking"}))
    assert [entry["log_level"] for entry in logs] == ["error"]
