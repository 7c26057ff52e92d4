"""Kills the real server, or a worker, in the middle of conversations, and looks at what is left.

As a program it does so many times: ``python -m tests.server.killing --kills 100 --database sqlite``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests import postgres
from tests.outbound.serving import Received, Server, reply, serving

KEY = "k"
LIMIT = 60.0
"""Seconds after which something counts as never happening."""
CONVERSATIONS = 6
CRASHED = "internal error occurred at step server"
WORKER_LOST = "internal error occurred at step worker"
ENDED = "end_conversation_endpoint_hit"
HEARTBEAT = "system.replica_present"

FAKE = (sys.executable, "-m", "tests.server.fakes")
REAL = (sys.executable, "-m", "visavis.session.worker")

PROGRAM = """
import json, sys
from pathlib import Path
from tests.server.fakes import FakeLLM
from visavis.config import Settings
from visavis.server import serving
from visavis.server.app import run
from visavis.server.workers.supervisor import Supervisor
from visavis.server.workers.worker_process import ProcessLauncher

given = json.loads(sys.argv[1])
command = given.pop("command")

def supervised(settings):
    return Supervisor(settings, launcher=ProcessLauncher(settings, command), llm=FakeLLM())

serving.Supervisor = supervised
settings = Settings(**{"port": 0, "workers": 2, "api_keys": ["k"], "conversations_per_worker": 50,
    "rate_limit_api": "off", **given})
run(settings, lambda in_force: print(in_force.base_url, flush=True))
"""


@dataclass
class Running:
    """A server process."""

    url: str
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()


@asynccontextmanager
async def server(folder: Path, command: tuple[str, ...] = FAKE, **settings: Any) -> AsyncIterator[Running]:
    given = {"data_dir": str(folder), "command": command, **settings}
    with (folder / "log").open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, json.dumps(given), stdout=asyncio.subprocess.PIPE, stderr=written
        )
    assert process.stdout
    try:
        async with asyncio.timeout(LIMIT):
            url = (await process.stdout.readline()).decode().strip()
        assert url, (folder / "log").read_text()[-3000:]
        async with httpx.AsyncClient(
            base_url=url, headers={"x-api-key": KEY}, trust_env=False, timeout=30
        ) as http:
            yield Running(url, process, http)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


@dataclass
class Watched:
    """What clients saw of a conversation before the kill.

    Attributes:
        read: events by ``seq`` that ``GET /events`` had shown.
        followed: those that the stream had told.
        end_answered: whether its end was answered.
    """

    name: str
    read: dict[int, dict[str, Any]] = field(default_factory=dict)
    followed: dict[int, dict[str, Any]] = field(default_factory=dict)
    end_answered: bool = False

    async def talk(self, http: httpx.AsyncClient) -> None:
        said = 0
        while True:
            said += 1
            body = {
                "message_type": "conversation",
                "event_type": "conversation.echo",
                "conversation_id": self.name,
                "properties": {"text": f"Sentence {said}."},
            }
            if (await http.post("/v2/interactions", json=body)).status_code != 200:
                return
            await asyncio.sleep(0.01)

    async def poll(self, http: httpx.AsyncClient) -> None:
        while True:
            found = (await http.get(f"/v2/conversations/{self.name}/events?limit=10000")).json()
            self.read |= {event["seq"]: event for event in found["data"]}
            await asyncio.sleep(0.05)

    async def follow(self, http: httpx.AsyncClient) -> None:
        async with http.stream("GET", f"/v2/conversations/{self.name}/events?stream=true") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    event = json.loads(line[6:])
                    self.followed[event["seq"]] = event

    async def end(self, http: httpx.AsyncClient, after: float) -> None:
        await asyncio.sleep(after)
        answer = await http.post(f"/v2/conversations/{self.name}/end")
        self.end_answered = answer.status_code == 200


@dataclass
class Tally:
    """What many kills came to."""

    kills: int = 0
    conversations: int = 0
    crashed: int = 0
    events: int = 0
    followed_only: int = 0
    webhooks: int = 0
    repeated: int = 0


async def begin(running: Running, there: Server, **body: Any) -> list[Watched]:
    created = await asyncio.gather(
        *(
            running.http.post(
                "/v2/conversations", json={"chat": True, "callback_url": f"{there.url}/hook", **body}
            )
            for _ in range(CONVERSATIONS)
        )
    )
    return [Watched(answer.json()["conversation_id"]) for answer in created]


@asynccontextmanager
async def busy(running: Running, watched: list[Watched], chance: random.Random) -> AsyncIterator[None]:
    """Clients of all sorts, until the server is gone; some conversations are ended on the way."""

    async def until_gone(work: Any) -> None:
        with contextlib.suppress(httpx.HTTPError):
            await work

    works = [work for one in watched for work in (one.talk, one.poll, one.follow)]
    tasks = [asyncio.create_task(until_gone(work(running.http))) for work in works]
    for one in watched[:2]:
        tasks.append(asyncio.create_task(until_gone(one.end(running.http, chance.uniform(0.1, 1.2)))))
    try:
        yield
    finally:
        done, _ = await asyncio.wait(tasks, timeout=1.0)
        for task in set(tasks) - done:
            task.cancel()
        for error in await asyncio.gather(*tasks, return_exceptions=True):
            assert error is None or isinstance(error, asyncio.CancelledError), error


async def check(running: Running, watched: list[Watched], tally: Tally, gapless: bool = True) -> None:
    """Nothing that could be read is lost, and every conversation has one end."""
    active = (await running.http.get("/v2/conversations?status=active")).json()
    assert active["total_count"] == 0, "a conversation is active that nobody holds"
    for one in watched:
        row = (await running.http.get(f"/v2/conversations/{one.name}?verbose=true")).json()
        found = (await running.http.get(f"/v2/conversations/{one.name}/events?limit=10000")).json()["data"]
        kept = {event["seq"]: event for event in found}
        assert one.read.items() <= kept.items(), "an event that was readable is lost"
        if one.end_answered:
            assert row["shutdown_reason"] == ENDED
        assert row["status"] == "ended" and row["shutdown_reason"] in (CRASHED, ENDED)
        *told, last = found
        assert last["event_type"] == "system.shutdown"
        assert last["properties"]["shutdown_reason"] == row["shutdown_reason"]
        assert not any(event["event_type"] == "system.shutdown" for event in told)
        seqs = [event["seq"] for event in found]
        assert seqs == sorted(set(seqs))
        assert last["seq"] >= max(one.followed, default=0), "who resumes from what was seen gets the end"
        if gapless:  # the second event of a fake is its only heartbeat, and not kept
            assert seqs[:-1] == [n for n in range(1, len(told) + 2) if n != 2][: len(told)]
        tally.conversations += 1
        tally.crashed += row["shutdown_reason"] == CRASHED
        tally.events += len(found)
        seen = (event for event in one.followed.values() if event["event_type"] != HEARTBEAT)
        tally.followed_only += sum(event["seq"] not in kept for event in seen)


async def told(there: Server, watched: list[Watched], tally: Tally) -> None:
    """The end of each was told: the same webhook may have come twice, and there is one of each kind."""
    wanted = ("system.shutdown", "application.transcription_ready")
    names = {one.name for one in watched}
    async with asyncio.timeout(LIMIT):
        while True:
            came: dict[tuple[str, str], list[str]] = {}
            for one in there.received:
                body = json.loads(one.body)
                if body["conversation_id"] in names:
                    key = body["conversation_id"], body["event_type"]
                    came.setdefault(key, []).append(one.headers["webhook-id"])
            if all((name, event_type) in came for name in names for event_type in wanted):
                break
            await asyncio.sleep(0.05)
    for key, ids in came.items():
        assert len(set(ids)) == 1, f"{key[1]} was told as {len(set(ids))} webhooks"
        tally.webhooks += 1
        tally.repeated += len(ids) - 1


async def gone(processes: list[psutil.Process]) -> None:
    """Workers whose server was killed end by themselves."""
    async with asyncio.timeout(LIMIT):
        while any(process.is_running() and process.status() != "zombie" for process in processes):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def kill_server(
    folder: Path, chance: random.Random, tally: Tally, command: tuple[str, ...] = FAKE, **settings: Any
) -> None:
    """One kill of the server, and all that must be true afterwards."""
    body = {"persona_id": "pipecat0"} if command == REAL else {}

    async def answer(_: Received, __: asyncio.StreamWriter) -> bytes:
        return reply()

    async with serving(answer) as there:
        async with server(folder, command, **settings) as running:
            workers = running.workers()
            watched = await begin(running, there, **body)
            async with busy(running, watched, chance):
                await asyncio.sleep(chance.uniform(0.1, 1.2))
                running.process.kill()
                await running.process.wait()
            await gone(workers)
        async with server(folder, **settings) as running:
            await check(running, watched, tally, gapless=command == FAKE)
            await told(there, watched, tally)
    tally.kills += 1


async def kill_worker(folder: Path, chance: random.Random, tally: Tally, **settings: Any) -> None:
    """One kill of a worker: its conversations are over with all that it told, others go on."""

    async def answer(_: Received, __: asyncio.StreamWriter) -> bytes:
        return reply()

    async with serving(answer) as there, server(folder, **settings) as running:
        watched = await begin(running, there)
        async with busy(running, watched, chance):
            await asyncio.sleep(chance.uniform(0.1, 1.2))
            os.kill(chance.choice(running.workers()).pid, signal.SIGKILL)
            await asyncio.sleep(0.5)
            reasons = Counter[str]()
            for one in watched:
                found = (await running.http.get(f"/v2/conversations/{one.name}?verbose=true")).json()
                reasons[found["shutdown_reason"] or "active"] += 1
                seen = {n: event for n, event in one.followed.items() if event["event_type"] != HEARTBEAT}
                seen |= one.read  # before asking: those that go on are told more meanwhile
                events = (await running.http.get(f"/v2/conversations/{one.name}/events?limit=10000")).json()
                kept = {event["seq"]: event for event in events["data"]}
                assert seen.items() <= kept.items()
                if found["shutdown_reason"]:
                    assert events["data"][-1]["event_type"] == "system.shutdown"
            assert reasons[WORKER_LOST] >= 1 and reasons["active"] >= 1, reasons
            over = [one for one in watched if not one.end_answered]
            await asyncio.gather(*(running.http.post(f"/v2/conversations/{one.name}/end") for one in over))
        await told(there, watched, tally)
    tally.kills += 1
    tally.conversations += len(watched)
    tally.crashed += reasons[WORKER_LOST]


def main() -> None:
    """Kill many times, each at another moment, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--victim", choices=("server", "worker"), default="server")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    chance, tally = random.Random(asked.seed), Tally()
    kill = kill_server if asked.victim == "server" else kill_worker
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings: dict[str, Any] = {}
        if asked.database == "postgres":
            settings["database_url"] = stack.enter_context(postgres.running()).database()
        while tally.kills < asked.kills:
            asyncio.run(kill(folder, chance, tally, **settings))
            if tally.kills % 10 == 0:
                print(tally, flush=True)
    print(tally)


if __name__ == "__main__":
    main()
