"""Every route, asked what its description allows and what it does not (schemathesis), over a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.conftest import KEY
from tests.server.fakes import FakeLLM, TaskLauncher
from visavis.config import Settings
from visavis.server.app import create_app
from visavis.server.serving import _uvicorn_config
from visavis.server.store import Store
from visavis.server.workers.supervisor import Supervisor

EXAMPLES = 8
"""Of each route, in either mode."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
GONE = ("delete", "/end")
"""Routes after which what they name is not there any more: they get made-up ids only."""
ENDLESS = ("/chat", "/events")
"""Routes that go on for as long as a conversation does: they get one that is over."""


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def as_text(_: object, value: object) -> bytes:
    return str(value).encode("utf-8", "replace")


@dataclass
class Site:
    """A server in a thread, with something of everything in it."""

    url: str
    ids: dict[str, str]
    over: str

    def known(self, operation: APIOperation) -> dict[str, str]:
        """Ids that exist, by the names of path parameters."""
        if operation.method in GONE or operation.path.endswith(GONE):
            return {}
        over = {"conversation_id": self.over} if operation.path.endswith(ENDLESS) else {}
        return {**self.ids, **over}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    given_ = Settings(
        data_dir=tmp_path_factory.mktemp("fuzz"),
        api_keys=[KEY],  # type: ignore[list-item]
        workers=1,
        conversations_per_worker=10_000,
        chats_per_worker=10_000,
        worker_load_limit=100,
        rate_limit_api="off",
        rate_limit_join="off",
        rate_limit_failed_keys="off",
    )
    ready: threading.Event = threading.Event()
    found: dict[str, Any] = {}

    async def serve() -> None:
        supervisor = Supervisor(given_, launcher=TaskLauncher(), llm=FakeLLM())
        app = create_app(given_, supervisor, Store.from_settings(given_))
        config = _uvicorn_config(app, given_)
        config.port = 0
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve())
        await supervisor.wait_ready()
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        found["stop"] = lambda: setattr(server, "should_exit", True)
        found["port"] = server.servers[0].sockets[0].getsockname()[1]
        ready.set()
        await running

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    url = f"http://127.0.0.1:{found['port']}"
    with httpx.Client(base_url=f"{url}/v2", headers={"x-api-key": KEY}, trust_env=False) as http:

        def make(path: str, name: str, /, **body: Any) -> str:
            answer = http.post(path, json=body)
            assert answer.is_success, answer.text
            return str(answer.json()[name])

        objective = {"objective_name": "name", "objective_prompt": "Learn the name."}
        guardrail = {"guardrail_name": "polite", "guardrail_prompt": "Be polite."}
        tool = {"name": "look", "description": "Look."}
        ids = {
            "conversation_id": make("/conversations", "conversation_id"),
            "persona_id": make("/personas", "persona_id", system_prompt="Be kind."),
            "objectives_id": make("/objectives", "objectives_id", data=[objective]),
            "guardrail_id": make("/guardrails", "uuid", **guardrail),
            "document_id": make("/documents", "document_id", document_url="https://example.org/"),
            "dictionary_id": make("/pronunciation-dictionaries", "pronunciation_dictionary_id", name="Names"),
            "tool_id": make("/tools", "tool_id", **tool),
            "skill_id": "presentation",
            "replica_id": http.get("/replicas").json()["data"][0]["replica_id"],
        }
        over = make("/conversations", "conversation_id", test_mode=True)
    yield Site(url, ids, over)
    found["stop"]()
    thread.join(20)


def test_no_request_breaks_the_server_and_answers_are_as_described(site: Site) -> None:
    schema = schemathesis.openapi.from_url(f"{site.url}/openapi.json")
    session = requests.Session()
    session.trust_env = False
    session.headers["x-api-key"] = KEY
    failures: dict[str, str] = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            try:
                ask(site, operation, mode, session)
            except Unsatisfiable:
                # It takes nothing that could be wrong.
                assert mode is GenerationMode.NEGATIVE, operation.label
            except (AssertionError, FailureGroup) as failure:
                failures[f"{operation.label} ({mode.value})"] = str(failure)
    assert not failures, "\n\n".join(f"{name}: {words}" for name, words in failures.items())


def ask(site: Site, operation: APIOperation, mode: GenerationMode, session: requests.Session) -> None:
    """Ask one route."""
    known = site.known(operation)

    @seed(7600)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def asked(case: schemathesis.Case, real: bool) -> None:
        if real:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        case.call_and_validate(session=session, headers={"x-api-key": KEY}, checks=CHECKS, timeout=20)

    asked()
