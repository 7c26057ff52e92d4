"""Real worker processes, and the real server as a process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import websockets

from tests.server.fakes import GOOD_OFFER, FakeLLM, TaskLauncher
from visavis.config import Settings
from visavis.errors import ConfigurationError, EngineMissing
from visavis.logs import short
from visavis.server.app import create_app
from visavis.server.store import Store
from visavis.server.workers import keeper
from visavis.server.workers.supervisor import Supervisor
from visavis.server.workers.worker_process import ProcessLauncher

WORKER = (sys.executable, "-m", "tests.server.fakes")
LIMIT = 90.0
"""Seconds after which something counts as never happening."""


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what another process brings about."""
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 - no event crosses processes
            await asyncio.sleep(0.02)


@asynccontextmanager
async def server(
    folder: Path, command: tuple[str, ...] = WORKER, **given: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Supervisor]]:
    settings = Settings(**{"data_dir": folder, "api_keys": ["k"], "workers": 2, **given})
    supervisor = Supervisor(settings, launcher=ProcessLauncher(settings, command), llm=FakeLLM())
    app = create_app(settings, supervisor, Store.from_settings(settings))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://s.test", headers={"x-api-key": "k"}
        ) as http,
    ):
        yield http, supervisor


async def create(http: httpx.AsyncClient) -> str:
    answer = await http.post("/v2/conversations", json={})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["conversation_id"])


async def verbose(http: httpx.AsyncClient, name: str) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/v2/conversations/{name}?verbose=true")).json()
    return found


async def test_a_killed_worker_ends_its_calls_alone_and_a_new_one_comes_up(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with server(tmp_path, log_format="json", log_level="debug") as (http, supervisor):
        await supervisor.wait_ready()
        lost, kept = await create(http), await create(http)
        victim = next(worker for worker in supervisor.workers if lost in worker.conversations)
        assert kept not in victim.conversations

        os.kill(victim.pid, signal.SIGKILL)
        await until(lambda: not supervisor.holds(lost))
        over = await verbose(http, lost)
        assert over["status"] == "ended"
        assert over["shutdown_reason"] == "internal error occurred at step worker"
        joined = await http.post(
            f"/{kept}/whip", content=GOOD_OFFER, headers={"content-type": "application/sdp"}
        )
        assert joined.status_code == 201, "nobody else notices"

        await until(lambda: supervisor.ready)
        assert supervisor.restarts == 1
        assert victim.pid not in {worker.pid for worker in supervisor.workers}
        assert await create(http)
        names = (lost, kept)
    written = "".join(capfd.readouterr())
    assert not any(name in written for name in names), "logs carry hashes only"


async def test_a_stuck_worker_is_killed_and_its_calls_are_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "MEASURE_PERIOD", 0.1)
    monkeypatch.setattr(keeper, "STUCK", 1.0)
    async with server(tmp_path, workers=1) as (http, supervisor):
        await supervisor.wait_ready()
        name = await create(http)
        (worker,) = supervisor.workers
        os.kill(worker.pid, signal.SIGSTOP)
        ended = await http.post(f"/v2/conversations/{name}/end")
        assert (ended.status_code, ended.json()["status"]) == (200, "ended")
        assert (await verbose(http, name))["shutdown_reason"] == "internal error occurred at step worker"
        await until(lambda: not psutil.pid_exists(worker.pid))


async def test_stopping_says_goodbye_in_every_call_and_leaves_no_process(tmp_path: Path) -> None:
    async with server(tmp_path) as (http, supervisor):
        await supervisor.wait_ready()
        name = await create(http)
        pids = [worker.pid for worker in supervisor.workers]
    assert not any(psutil.pid_exists(pid) for pid in pids)
    async with server(tmp_path) as (http, _):
        over = await verbose(http, name)
    assert over["shutdown_reason"] == "server_shutdown"
    ends = [event["event_type"] for event in over["events"]][-2:]
    assert ends == ["system.shutdown", "application.transcription_ready"]


async def test_a_worker_exits_when_its_server_is_gone(tmp_path: Path) -> None:
    async with server(tmp_path) as (http, supervisor):
        await supervisor.wait_ready()
        await create(http)
        for worker in supervisor.workers:
            worker._channel.close()
        pids = [worker.pid for worker in supervisor.workers]
        await until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


async def test_a_server_is_not_ready_while_its_workers_cannot_start(tmp_path: Path) -> None:
    async with server(tmp_path, (sys.executable, "-c", "raise SystemExit(3)"), workers=1) as (
        http,
        supervisor,
    ):
        await until(lambda: supervisor.restarts)
        with pytest.raises(ConfigurationError, match="die while they load"):
            await supervisor.wait_ready()
        assert (await http.get("/readyz")).status_code == 503
        refused = await http.post("/v2/conversations", json={})
        assert refused.status_code == 503


async def test_ctrl_c_at_the_terminal_reaches_the_server_alone(tmp_path: Path) -> None:
    async with server(tmp_path, workers=1) as (_, supervisor):
        await supervisor.wait_ready()
        (worker,) = supervisor.workers
        assert os.getpgid(worker.pid) != os.getpgid(0)


async def test_a_missing_engine_is_told_in_words(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=1, stt_engine="nonesuch")
    supervisor = Supervisor(settings, llm=FakeLLM())
    await supervisor.start()
    try:
        async with asyncio.timeout(LIMIT):
            with pytest.raises(ConfigurationError, match="nonesuch"):
                await supervisor.wait_ready()
    finally:
        await supervisor.stop()


class HalfLoaded(FakeLLM):
    """Fails to start when it is stopped meanwhile, as a killed process does."""

    def __init__(self) -> None:
        super().__init__()
        self.killed = asyncio.Event()

    async def start(self) -> None:
        await self.killed.wait()
        raise EngineMissing("llm", "embedded", "llama.cpp did not start")

    async def stop(self) -> None:
        self.killed.set()
        await asyncio.sleep(0)


async def test_stopping_while_the_llm_loads_is_no_failure(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, workers=1)
    supervisor = Supervisor(settings, launcher=TaskLauncher(), llm=HalfLoaded())
    await supervisor.start()
    waiting = asyncio.create_task(supervisor.wait_ready())
    await asyncio.sleep(0)
    await supervisor.stop()
    waiting.cancel()
    (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    program = """
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
settings = Settings(port=0, data_dir=Path(sys.argv[1]), workers=1, log_level="debug")
run(settings, lambda in_force: print(in_force.base_url, flush=True))
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    try:
        async with asyncio.timeout(LIMIT):
            url = (await process.stdout.readline()).decode().strip()
            children = psutil.Process(process.pid).children(recursive=True)
            key = (tmp_path / "dev_key").read_text().strip()
            async with httpx.AsyncClient(headers={"x-api-key": key}) as http:
                created = await http.post(f"{url}/v2/conversations", json={})
                assert created.status_code == 200
                room = created.json()["conversation_url"]
                assert room.startswith(url)
                header = {"accept": "text/event-stream"}
                async with (
                    websockets.connect(f"{room}/chat".replace("http", "ws", 1)) as socket,
                    http.stream("GET", f"{room}/chat") as stream,
                    http.stream("GET", f"{room}/events", headers=header) as events,
                ):
                    process.send_signal(number)
                    frames = [frame async for frame in socket]
                    assert (json.loads(frames[-1])["type"], socket.close_code) == ("closed", 1000)
                    assert '"type":"closed"' in (await stream.aread()).decode()
                    assert "system.shutdown" in (await events.aread()).decode()
            written = (await process.stderr.read()).decode()
            assert await process.wait() == 0
        assert children and not any(child.is_running() for child in children)
        assert "development key in use" in written and "server stopped" in written
        assert key not in written, "the log says where the key is kept, not which it is"
        assert created.json()["conversation_id"] not in written
        assert "Traceback" not in written and "error" not in written
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_a_conversation_is_logged_as_a_short_hash() -> None:
    name = f"c{'ab' * 16}"
    assert len(short(name)) == 8
    assert short(name) not in name and short(name) == short(name)
