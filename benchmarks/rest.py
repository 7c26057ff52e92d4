"""The REST API and the event log, on SQLite and on Postgres: ``python -m benchmarks.rest``.

Server, database and client share the machine, as they would on a small one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tests import postgres
from websockets.asyncio.client import connect

from benchmarks import raw_http
from benchmarks.figures import Figure, milliseconds
from benchmarks.report import Report
from benchmarks.rig import Rig, rig
from visavis.server.records.recorder import Recorder
from visavis.server.store import Conversation, Store

CONNECTIONS = 8
STORED = 1000
"""Conversations that are there when lists are read."""
TALKING = 20
"""Conversations at once."""
PERSONA = {"persona_name": "Measured", "system_prompt": "You are measured. " * 20}
SAID: dict[str, Any] = {
    "message_type": "conversation",
    "event_type": "conversation.utterance",
    "timestamp": 1_800_000_000.123,
    "inference_id": "0b5e0f0e-7c1c-4d43-9b0e-5c1b1b2f3a4d",
    "turn_idx": 3,
    "properties": {"role": "replica", "speech": "I am doing very well, thank you for asking. How are you?"},
}

Make = Callable[[int], bytes]


@contextmanager
def databases(names: Sequence[str]) -> Iterator[dict[str, Callable[[], str | None]]]:
    """What gives each a fresh database's URL; None is the server's own SQLite file."""
    if "Postgres" not in names:
        yield {"SQLite": lambda: None}
        return
    with postgres.running(safe=True) as server:
        every: dict[str, Callable[[], str | None]] = {"SQLite": lambda: None, "Postgres": server.database}
        yield {name: every[name] for name in names}


def requests(server: Rig, database: str, runs: int, count: int, only: str = "") -> list[Figure]:
    """Requests per second and how long each took; ``only`` those in whose description this text is."""
    url, key = server.server.url, server.server.key
    made = raw_http.request("POST", "/conversations", key, {"test_mode": True})
    asyncio.run(raw_http.timed(url, lambda _: made, STORED, CONNECTIONS))
    listed = server.server.api("GET", "/conversations?limit=100").json()["data"]
    names = [one["conversation_id"] for one in listed]
    for _ in range(20):
        server.server.api("POST", "/personas", json=PERSONA)
    work: dict[str, Make] = {
        "create a conversation (test_mode)": lambda _: made,
        "create a persona": lambda _: raw_http.request("POST", "/personas", key, PERSONA),
        "get a conversation": lambda n: raw_http.request(
            "GET", f"/conversations/{names[n % len(names)]}", key
        ),
        f"list 10 of {STORED} conversations": lambda _: raw_http.request("GET", "/conversations", key),
        "list 10 personas": lambda _: raw_http.request("GET", "/personas", key),
    }
    figures = []
    for what, make in work.items():
        if only not in what:
            continue
        rates, tails, every = [], [], []
        for _ in range(runs):
            began = time.perf_counter()
            took = asyncio.run(raw_http.timed(url, make, count, CONNECTIONS))
            rates.append(count / (time.perf_counter() - began))
            tails.append(float(np.percentile(took, 99)))
            every += took
        how = f"{CONNECTIONS} connections, {count} requests a run"
        figures += [
            Figure(f"{database}: {what}", "requests/s", rates, how, bad="low"),
            milliseconds("  took", every, "request written to answer read"),
            milliseconds("  99th percentile of a run", tails, ""),
        ]
    return figures


async def writing(url: str, seconds: float) -> float:
    """Events per second that the recorder brings into the store, told of ``TALKING`` conversations."""
    store = Store(url)
    await store.open()
    about = {"name": "n", "replica_id": "r", "replica_name": "R", "persona_id": "p", "persona_name": "P"}
    names = [f"c{number}" for number in range(TALKING)]
    for name in names:
        await store.conversations.add(Conversation(id=name, status="active", **about))
    recorder = Recorder(store)
    running = asyncio.create_task(recorder.run())
    written, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        for seq in range(written // TALKING + 1, written // TALKING + 51):
            for name in names:
                recorder.event(name, seq, {**SAID, "seq": seq, "conversation_id": name})
        written += 50 * TALKING
        await recorder.flush()
    took = time.perf_counter() - began
    stored = sum([seq for name in names for seq, _ in [await store.logs.last(name) or (0, {})]])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await store.close()
    if stored != written:
        raise RuntimeError(f"{written - stored} of {written} events are missing")
    return written / took


async def talking(server: Rig, seconds: float) -> float:
    """Events per second that are stored while ``TALKING`` chats go on."""
    async with server.instant_persona() as persona:
        body = {"persona_id": persona, "chat": True, "custom_greeting": ""}
        created = [await asyncio.to_thread(server.server.create, **body) for _ in range(TALKING)]
        names = [one["conversation_id"] for one in created]
        began = time.perf_counter()
        await asyncio.gather(*(_talk(server, name, began + seconds) for name in names))
        took = time.perf_counter() - began
        events = 0
        for name in names:
            path = f"/conversations/{name}/events?limit=10000"
            answer = await asyncio.to_thread(server.server.api, "GET", path)
            events += len(answer.json()["data"])
            await asyncio.to_thread(server.server.api, "POST", f"/conversations/{name}/end")
        return events / took


async def _talk(server: Rig, name: str, until: float) -> None:
    """A typed turn, and the next one as soon as it is answered."""
    turn = {
        "message_type": "conversation",
        "event_type": "conversation.respond",
        "conversation_id": name,
        "properties": {"text": "How are you today?"},
    }
    url = f"{server.server.url.replace('http', 'ws', 1)}/{name}/chat"
    async with connect(url, proxy=None) as socket:
        while time.perf_counter() < until:
            await socket.send(json.dumps({"to": "*", "data": turn}))
            async for frame in socket:
                data = json.loads(frame).get("data") or {}
                said = data.get("properties") or {}
                if data.get("event_type") == "conversation.utterance" and said.get("role") == "replica":
                    break


def event_log(server: Rig, database: str, url: Callable[[], str | None], seconds: float) -> list[Figure]:
    """Events per second: those of real conversations, and as many as the recorder can."""
    talks = [asyncio.run(talking(server, seconds)) for _ in range(3)]
    writes = []
    for _ in range(3):
        with tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder:
            where = url() or f"sqlite+aiosqlite:///{Path(folder) / 'visavis.db'}"
            writes.append(asyncio.run(writing(where, seconds)))
    real = f"{TALKING} chats, typed turn after typed turn, instant LLM, one server process"
    alone = f"the recorder alone, told of {TALKING} conversations as fast as it writes"
    return [
        Figure(f"{database}: events stored", "events/s", talks, real, bad="low"),
        Figure(f"{database}: events written at most", "events/s", writes, alone, bad="low"),
    ]


def measure(names: Sequence[str], runs: int, count: int, seconds: float, only: str = "") -> Report:
    """All of it, some minutes; or ``only`` requests in whose description this text is."""
    report = Report("rest", {"runs": runs, "requests": count, "seconds": seconds})
    with databases(names) as every:
        for name, fresh in every.items():
            where = fresh()
            settings = {"chats_per_worker": 64, "rate_limit_api": "off", "log_level": "warning"}
            with rig(**settings, **({"database_url": where} if where else {})) as server:
                report.add(requests(server, name, runs, count, only))
                if not only:
                    report.add(event_log(server, name, fresh, seconds))
    report.notes.append("Postgres with its safe defaults (fsync on), over a Unix socket; one server process.")
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.rest", description=__doc__)
    parser.add_argument("databases", nargs="*", default=["SQLite", "Postgres"])
    parser.add_argument("--runs", type=int, default=5, help="of each kind of request")
    parser.add_argument("--requests", type=int, default=1000, help="in a run")
    parser.add_argument("--seconds", type=float, default=10.0, help="of writing events")
    parser.add_argument("--only", default="", help="requests in whose description this text is")
    given = parser.parse_args(arguments)
    measure(given.databases, given.runs, given.requests, given.seconds, given.only).publish()


if __name__ == "__main__":
    main()
