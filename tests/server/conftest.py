"""A server in this process, with workers that are tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.databases import database, empty_database, postgres_server, store  # noqa: F401
from tests.server.fakes import FakeLive, FakeLLM, FakeRoom, TaskLauncher
from visavis.config import Settings
from visavis.server.app import create_app
from visavis.server.store import Store
from visavis.server.workers.supervisor import Supervisor

KEY = "the-key"


@dataclass
class Api:
    """A ready server.

    Attributes:
        http: a client that sends the key.
    """

    http: httpx.AsyncClient
    supervisor: Supervisor
    launcher: TaskLauncher
    settings: Settings
    store: Store

    async def create(self, **body: Any) -> dict[str, Any]:
        answer = await self.http.post("/v2/conversations", json=body)
        assert answer.status_code == 200, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def held(self, conversation_id: str) -> tuple[FakeRoom, FakeLive]:
        return self.launcher.studio.made[conversation_id]


RunServer = Callable[..., AbstractAsyncContextManager[Api]]


@pytest.fixture
def run_server(tmp_path: Path, database: str) -> RunServer:  # noqa: F811
    """Starts a server with these settings."""

    @asynccontextmanager
    async def running(**given: Any) -> AsyncIterator[Api]:
        settings = Settings(
            **{
                "data_dir": tmp_path,
                "database_url": database,
                "api_keys": [KEY],
                "workers": 2,
                # workers are tasks of this process: what the tests themselves do is not their load
                "worker_load_limit": 100,
                **given,
            }
        )
        launcher = TaskLauncher()
        supervisor = Supervisor(settings, launcher=launcher, llm=FakeLLM())
        kept = Store.from_settings(settings)
        app = create_app(settings, supervisor, kept)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=transport, base_url="http://server.test", headers={"x-api-key": KEY}
            ) as http,
        ):
            await supervisor.wait_ready()
            yield Api(http, supervisor, launcher, settings, kept)

    return running


@pytest.fixture
async def api(run_server: RunServer) -> AsyncIterator[Api]:
    async with run_server() as running:
        yield running
