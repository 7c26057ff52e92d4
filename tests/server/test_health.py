from __future__ import annotations

from pathlib import Path

import httpx

from tests.server.conftest import Api
from tests.server.fakes import FakeLLM, TaskLauncher
from visavis.config import Settings
from visavis.server.app import create_app
from visavis.server.store import Store
from visavis.server.workers.supervisor import Supervisor


async def test_a_ready_server_says_so(api: Api) -> None:
    assert (await api.http.get("/healthz")).json() == {"status": "ok"}
    ready = await api.http.get("/readyz")
    assert (ready.status_code, ready.json()["workers"]) == (200, 2)


async def test_until_the_llm_is_ready_the_server_is_not(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, api_keys=["k"], workers=1)
    llm = FakeLLM()
    supervisor = Supervisor(settings, launcher=TaskLauncher(), llm=llm)
    app = create_app(settings, supervisor, Store.from_settings(settings))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://s.test", headers={"x-api-key": "k"}
        ) as http,
    ):
        await supervisor.wait_ready()
        llm.spec = None  # type: ignore[assignment]
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        refused = await http.post("/v2/conversations", json={})
        assert refused.status_code == 503
        assert "LLM" in refused.json()["message"]
        own = {"system_prompt": "x", "layers": {"llm": {"base_url": "http://own.test"}}}
        persona = (await http.post("/v2/personas", json=own)).json()["persona_id"]
        created = await http.post("/v2/conversations", json={"persona_id": persona})
        assert created.status_code == 200, "a persona with its own LLM needs ours not"
    assert llm.stopped


async def test_metrics_tell_about_requests_conversations_and_workers(api: Api) -> None:
    name = (await api.create())["conversation_id"]
    await api.http.get(f"/v2/conversations/{name}/")
    await api.http.get(f"/{name}/status")
    text = (await api.http.get("/metrics")).text
    for line in (
        "visavis_conversations_active 1.0",
        "visavis_workers_ready 2.0",
        "visavis_llm_up 1.0",
        "visavis_worker_restarts_total 0.0",
        "visavis_admissions_refused_total 0.0",
        'visavis_worker_load{worker="1"}',
        "visavis_loop_lag_seconds ",
        "visavis_vision_failing 0.0",
        "visavis_vision_age_seconds 0.0",
        'route="/v2/conversations/{conversation_id}",status="200"',
        'route="/{conversation_id}/status",status="200"',
    ):
        assert line in text, line
    assert name not in text, "a conversation's id opens its room"


async def test_methods_that_clients_make_up_are_one_metric(api: Api) -> None:
    for method in ("BREW", "WHEN"):
        assert (await api.http.request(method, "/healthz")).status_code == 405
    told = (await api.http.get("/metrics")).text
    assert 'visavis_http_requests_total{method="other",route="/healthz",status="405"} 2.0' in told
    assert "BREW" not in told
