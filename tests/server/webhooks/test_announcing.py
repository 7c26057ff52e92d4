"""What goes into the outbox when, and with which bodies."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from visavis.protocol.webhooks import WEBHOOK
from visavis.server.records.recorder import Recorder
from visavis.server.store import Conversation, Store
from visavis.server.webhooks import announcing

URL = "http://there.test/hook?for=me"
ORDER = ["properties", "conversation_id", "webhook_url", "event_type", "message_type", "timestamp"]
BEGAN = datetime(2026, 7, 11, 6, 45, 47, tzinfo=UTC)
SEQ = itertools.count(1)


def conversation(name: str, callback_url: str = URL) -> Conversation:
    return Conversation(
        id=name,
        name="n",
        status="active",
        replica_id="r1",
        replica_name="R",
        persona_id="p",
        persona_name="P",
        callback_url=callback_url,
        created_at=BEGAN,
    )


@pytest.fixture
async def recorder(store: Store) -> AsyncIterator[Recorder]:
    recorder = Recorder(store)
    running = asyncio.create_task(recorder.run())
    yield recorder
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def tell(recorder: Recorder, name: str, event_type: str, **properties: Any) -> None:
    seq = next(SEQ)
    at = BEGAN.timestamp() + 10 + seq
    event = {"event_type": event_type, "seq": seq, "timestamp": at, "properties": properties}
    recorder.event(name, seq, event)


async def outbox(store: Store) -> list[dict[str, Any]]:
    """All bodies, the oldest first."""
    rows, _ = await store.webhooks.page(100, 0)
    assert all(row.url == URL for row in rows)
    return [json.loads(row.body) for row in reversed(rows)]


async def test_the_end_of_a_call_is_told_once_with_what_was_said_and_seen(
    store: Store, recorder: Recorder
) -> None:
    await store.conversations.add(conversation("c1"))
    await store.conversations.add(conversation("silent", callback_url=""))
    for name in ("c1", "silent"):
        tell(recorder, name, "conversation.utterance", role="user", speech="Who are you?\ud83d")
        tell(recorder, name, "conversation.perception_analysis", analysis="# Somebody waved")
        tell(recorder, name, "conversation.perception-analysis", analysis="# Somebody waved")
        tell(recorder, name, "system.shutdown", shutdown_reason="bye", reason="bye")
        recorder.ended(name, "participant_left_timeout reached")
        recorder.ended(name, "told again")
    await recorder.flush()

    bodies = await outbox(store)
    for body in bodies:
        assert list(body) == ORDER
        WEBHOOK.validate_python(body, strict=True)
    moments = [body.pop("timestamp") for body in bodies]
    assert moments == sorted(moments)
    common = {"conversation_id": "c1", "webhook_url": URL}
    (entry,) = bodies[1]["properties"].pop("transcript")
    assert (entry["role"], entry["content"]) == ("user", "Who are you??")
    assert entry["timestamp"] > BEGAN.timestamp() and entry["seconds_from_start"] > 10
    assert bodies == [
        {
            "properties": {
                "replica_id": "r1",
                "shutdown_reason": "participant_left_timeout reached",
            },
            "event_type": "system.shutdown",
            "message_type": "system",
            **common,
        },
        {
            "properties": {"replica_id": "r1"},
            "event_type": "application.transcription_ready",
            "message_type": "application",
            **common,
        },
        {
            "properties": {"analysis": "# Somebody waved"},
            "event_type": "application.perception_analysis",
            "message_type": "application",
            **common,
        },
    ]


async def test_a_call_whose_transcript_fails_is_over_all_the_same(
    store: Store, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("an event that nobody foresaw")

    monkeypatch.setattr(announcing, "_said_and_seen", broken)
    await store.conversations.add(conversation("c1"))
    recorder.ended("c1", "over")
    await recorder.flush()
    assert [body["event_type"] for body in await outbox(store)] == ["system.shutdown"]
    row = await store.conversations.get("c1")
    assert row is not None and (row.status, row.shutdown_reason) == ("ended", "over")


async def test_after_a_crash_the_calls_that_were_on_are_told_to_be_over(store: Store) -> None:
    await store.conversations.add(conversation("c1"))
    recorder = Recorder(store)
    assert await recorder.recover() == 1
    running = asyncio.create_task(recorder.run())
    await recorder.flush()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    shutdown, transcript = await outbox(store)
    assert shutdown["properties"]["shutdown_reason"] == "internal error occurred at step server"
    assert transcript["properties"]["transcript"] == []
