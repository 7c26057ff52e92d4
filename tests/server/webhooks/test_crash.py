"""A server that is killed between the end of a call and the delivery of what tells of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.outbound.serving import Received, reply, serving
from tests.server.webhooks.receiving import until

LIMIT = 90.0
KEY = "k"

PROGRAM = """
import sys
from pathlib import Path
from tests.server.fakes import FakeLLM
from visavis.config import Settings
from visavis.server import serving
from visavis.server.app import run
from visavis.server.workers.supervisor import Supervisor
from visavis.server.workers.worker_process import ProcessLauncher

def supervised(settings):
    command = (sys.executable, "-m", "tests.server.fakes")
    return Supervisor(settings, launcher=ProcessLauncher(settings, command), llm=FakeLLM())

serving.Supervisor = supervised
settings = Settings(port=0, data_dir=Path(sys.argv[1]), workers=1, api_keys=["k"])
run(settings, lambda in_force: print(in_force.base_url, flush=True))
"""


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.subprocess.Process]]:
    """A real server with workers of nothing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(LIMIT):
            url = (await process.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=url, headers={"x-api-key": KEY}, trust_env=False) as http:
            yield http, process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def test_what_was_to_be_told_when_the_server_was_killed_is_told_by_the_next_one(tmp_path: Path) -> None:
    ended = asyncio.Event()
    killed = asyncio.Event()

    async def answer(request: Received, _: asyncio.StreamWriter) -> bytes | None:
        if json.loads(request.body)["event_type"] == "system.shutdown" and not killed.is_set():
            ended.set()
            await killed.wait()
            return None
        return reply()

    async with serving(answer) as there:
        async with server(tmp_path) as (http, process):
            names = []
            for path in ("/over", "/on"):
                made = await http.post("/v2/conversations", json={"callback_url": there.url + path})
                assert made.status_code == 200, made.text
                names.append(made.json()["conversation_id"])
            await http.post(f"/v2/conversations/{names[0]}/end")
            async with asyncio.timeout(LIMIT):
                await ended.wait()
            process.kill()
            await process.wait()
            killed.set()
        async with server(tmp_path) as (http, _):

            async def told() -> bool:
                return (await http.get("/v2/webhooks?state=delivered")).json()["total_count"] == 6

            await until(told)

    def came(path: str) -> list[tuple[str, str]]:
        return [
            (json.loads(one.body)["event_type"], one.headers["webhook-id"])
            for one in there.received
            if one.path == path
        ]

    over, on = came("/over"), came("/on")
    types = ["system.replica_joined", "system.shutdown", "application.transcription_ready"]
    assert [event_type for event_type, _ in over] == [types[0], types[1], *types[1:]]
    assert over[1] == over[2], "the same webhook, once more"
    assert [event_type for event_type, _ in on] == types
    (shutdown,) = [json.loads(one.body) for one in there.received if one.headers["webhook-id"] == on[1][1]]
    assert shutdown["properties"]["shutdown_reason"] == "internal error occurred at step server"
