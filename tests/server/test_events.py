"""The event log, the log of inputs, and those who follow."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.server.conftest import Api
from visavis.server.records import feeds
from visavis.server.records.feeds import Feeds


def said(conversation_id: str, text: str) -> dict[str, Any]:
    return {
        "event_type": "conversation.respond",
        "conversation_id": conversation_id,
        "properties": {"text": text},
    }


async def talked(api: Api, *texts: str) -> str:
    """A conversation in which these were said; its seqs are 1, 2 (a heartbeat), 3 …"""
    name = str((await api.create())["conversation_id"])
    for text in texts:
        await api.http.post("/v2/interactions", json=said(name, text))
    return name


def frames(text: str) -> list[tuple[int, str]]:
    """(id, event) of a stream of Server-Sent Events."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        assert json.loads(fields["data"])["event_type"] == fields["event"]
        found.append((int(fields["id"]), fields["event"]))
    return found


async def test_events_are_read_from_a_seq_on(api: Api) -> None:
    name = await talked(api, "one", "two")
    everything = (await api.http.get(f"/v2/conversations/{name}/events")).json()
    assert [event["seq"] for event in everything["data"]] == [1, 3, 4]
    assert (everything["last_seq"], everything["status"]) == (4, "active")
    rest = (await api.http.get(f"/v2/conversations/{name}/events?after=3")).json()
    assert [event["properties"]["speech"] for event in rest["data"]] == ["two"]
    first = (await api.http.get(f"/v2/conversations/{name}/events?limit=1")).json()
    assert (len(first["data"]), first["last_seq"]) == (1, 1)


async def test_participants_read_them_by_the_rooms_id_without_a_key(api: Api) -> None:
    name = await talked(api, "one")
    del api.http.headers["x-api-key"]
    assert (await api.http.get(f"/v2/conversations/{name}/events")).status_code == 401
    assert (await api.http.get(f"/{name}/events")).json()["last_seq"] == 3
    assert (await api.http.get("/cnobody/events")).status_code == 404


async def test_a_stream_begins_where_it_was_left_and_ends_with_the_conversation(api: Api) -> None:
    name = await talked(api, "one", "two")
    await api.http.post(f"/v2/conversations/{name}/end")
    header = {"accept": "text/event-stream", "last-event-id": "3"}
    stream = await api.http.get(f"/v2/conversations/{name}/events", headers=header)
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert frames(stream.text) == [(4, "conversation.utterance"), (5, "system.shutdown")]


async def test_who_comes_again_after_the_end_is_told_that_there_is_no_more(api: Api) -> None:
    name = await talked(api, "one")
    await api.http.post(f"/v2/conversations/{name}/end")
    await api.http.get(f"/{name}/events")
    for last, status in (("3", 200), ("4", 204), ("99", 204)):
        header = {"accept": "text/event-stream", "last-event-id": last}
        answer = await api.http.get(f"/{name}/events", headers=header)
        assert (answer.status_code, last) == (status, last)


async def test_the_status_is_not_older_than_the_events(api: Api) -> None:
    name = await talked(api, "one")
    api.held(name)[1].end("over")
    for _ in range(1000):
        if api.supervisor.holds(name):
            await asyncio.sleep(0)
    page = (await api.http.get(f"/{name}/events")).json()
    assert (page["data"][-1]["event_type"], page["status"]) == ("system.shutdown", "ended")


async def test_numbers_that_no_event_has_are_refused_or_lead_to_nothing(api: Api) -> None:
    name = await talked(api, "one")
    assert (await api.http.get(f"/{name}/events?after={2**31 - 1}")).json()["data"] == []
    assert (await api.http.get(f"/{name}/events?after={2**31}")).status_code == 400
    assert (await api.http.get(f"/{name}/events?after={10**30}")).status_code == 400
    beyond = await api.http.get(f"/{name}/events", headers={"last-event-id": "9" * 40})
    assert (beyond.status_code, beyond.json()["data"]) == (200, [])


async def test_the_log_of_inputs_is_kept_with_the_conversation_and_forgotten_with_it(api: Api) -> None:
    name = await talked(api, "one")
    log = await api.http.get(f"/v2/conversations/{name}/log")
    assert [json.loads(line) for line in log.text.splitlines()] == [{"said": n} for n in (1, 2, 3)]
    await api.http.delete(f"/v2/conversations/{name}?hard=true")
    assert (await api.http.get(f"/v2/conversations/{name}/log")).status_code == 400
    assert [stretch async for stretch in api.store.logs.inputs(name)] == []


async def test_a_reader_that_is_too_slow_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_WAITING", 3)
    readers = Feeds()
    slow = readers.open("c1")
    for seq in range(1, 10):
        readers.put("c1", seq, {})
    assert [seq async for seq, _ in slow] == [1, 2, 3]


async def test_a_reader_gets_what_happens_until_the_end_and_is_forgotten() -> None:
    readers = Feeds()
    reader, gone = readers.open("c1"), readers.open("c1")
    gone.close()
    assert readers.readers == 1
    readers.put("c2", 1, {})
    readers.put("c1", 2, {})
    readers.close("c1")
    assert [seq async for seq, _ in reader] == [2]
    assert readers.readers == 0
