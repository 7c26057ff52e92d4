from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from visavis.config import Settings
from visavis.server import recorder as module
from visavis.server.recorder import Recorder
from visavis.server.store import Conversation, Store


def event(event_type: str, **properties: Any) -> dict[str, Any]:
    return {"event_type": event_type, "seq": next(SEQ), "properties": properties}


def tell(recorder: Recorder, name: str, message: dict[str, Any]) -> None:
    recorder.event(name, message["seq"], message)


SEQ = itertools.count(1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.from_settings(Settings(data_dir=tmp_path))
    await store.open()
    await store.add_conversation(
        Conversation(
            id="c1",
            name="n",
            status="active",
            replica_id="r",
            replica_name="R",
            persona_id="p",
            persona_name="P",
        )
    )
    yield store
    await store.close()


@pytest.fixture
async def recorder(store: Store) -> AsyncIterator[Recorder]:
    recorder = Recorder(store)
    running = asyncio.create_task(recorder.run())
    yield recorder
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def types(store: Store, recorder: Recorder) -> list[str]:
    await recorder.flush()
    return [found["event_type"] for _, found in await store.events("c1")]


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


async def test_a_failing_database_loses_events_and_nothing_else(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(store, "add_events", fail)
        tell(recorder, "c1", event("conversation.utterance"))
        await recorder.flush()
    tell(recorder, "c1", event("system.shutdown"))
    recorder.ended("c1", "reason")
    assert await types(store, recorder) == ["system.shutdown"]
    row = await store.conversation("c1")
    assert row and (row.status, row.shutdown_reason) == ("ended", "reason")


async def test_the_database_is_readable_by_its_owner_alone(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "visavis.db").stat().st_mode & 0o077 == 0


async def test_a_dead_workers_conversation_gets_the_shutdown_it_could_not_send(
    store: Store, recorder: Recorder
) -> None:
    tell(recorder, "c1", event("conversation.utterance"))
    heartbeat = event("system.replica_present")
    tell(recorder, "c1", heartbeat)
    recorder.ended("c1", "internal error occurred at step worker")
    assert await types(store, recorder) == ["conversation.utterance", "system.shutdown"]
    (*_, (_, last)) = await store.events("c1")
    assert last["properties"]["shutdown_reason"] == "internal error occurred at step worker"


async def test_a_shutdown_that_was_sent_is_not_told_twice(store: Store, recorder: Recorder) -> None:
    tell(recorder, "c1", event("system.shutdown"))
    recorder.ended("c1", "end_conversation_endpoint_hit")
    assert await types(store, recorder) == ["system.shutdown"]


async def test_what_the_database_complains_of_quotes_no_words(store: Store) -> None:
    said = event("conversation.utterance", speech="my secret")
    async with store._engine.begin() as connection:
        await connection.execute(text("DROP TABLE event_log"))
    with pytest.raises(OperationalError) as error:
        await store.add_events([("c1", 1, said)])
    assert "my secret" not in str(error.value)
    assert "c1" not in str(error.value)


async def test_a_batch_that_cannot_be_written_does_not_stop_the_next(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("odd")

    with monkeypatch.context() as broken:
        broken.setattr(store, "add_events", fail)
        tell(recorder, "c1", event("conversation.utterance"))
        await recorder.flush()
    tell(recorder, "c1", event("conversation.utterance"))
    assert await types(store, recorder) == ["conversation.utterance"]
