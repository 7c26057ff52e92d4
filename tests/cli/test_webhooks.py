"""``visavis webhooks`` as a person runs it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from tests.outbound.serving import reply, serving
from tests.server.conftest import KEY, run_server  # noqa: F401 (fixtures)
from tests.server.databases import database  # noqa: F401
from visavis.cli.receiving import Receiver
from visavis.outbound.signing import new_secret, sign
from visavis.server.serving import Server, bind

BODY = json.dumps({"event_type": "system.shutdown", "conversation_id": "c12345", "x": "[bold]é"}).encode()
LIMIT = 60.0


async def run(*arguments, folder, **environment):
    process = await start(*arguments, folder=folder, **environment)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def start(*arguments, folder, **environment):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "visavis.cli",
        "webhooks",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "200", "VISAVIS_DATA_DIR": str(folder), **environment},
    )


@asynccontextmanager
async def listening(*options, folder):
    """The command, and the URL it prints."""
    process = await start("listen", "--port", "0", *options, folder=folder)
    try:
        async with asyncio.timeout(LIMIT):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("callback_url: http://127.0.0.1:")
        yield process, line.split()[1]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def post(url, secret=None, body=BODY):
    headers = sign(secret, "msg_1", time.time(), body) if secret else {}
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.post(url, content=body, headers=headers)).status_code


async def stopped(process):
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode(), err.decode()


async def test_webhooks_are_received_verified_and_shown(tmp_path):
    code, printed, _ = await run("secret", folder=tmp_path)
    secret = printed.strip()
    assert code == 0 and secret.startswith("whsec_")
    async with listening("--verbose", folder=tmp_path) as (process, url):
        assert await post(url, secret) == 200
        assert await post(f"{url}any/path", new_secret()) == 200
        assert await post(url) == 200
        assert await post(url, body=b"no JSON") == 200
        out, err = await stopped(process)
    lines = [line for line in out.splitlines() if "answered" in line]
    marks = ("signature verified", "signature wrong", "not signed", "not signed")
    assert [mark in line for mark, line in zip(marks, lines, strict=True)] == [True] * 4
    assert "system.shutdown" in lines[0] and "msg_1" in lines[0] and "c12345" not in lines[0]
    assert '"x": "[bold]é"' in out and "not JSON" in err


async def posted(receiver, secret=None):
    transport = httpx.ASGITransport(receiver.app)
    headers = sign(secret, "msg_1", time.time(), BODY) if secret else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://here.test") as http:
        return (await http.post("/", content=BODY, headers=headers)).status_code


async def test_they_are_passed_on_as_they_came_and_the_answer_goes_back(unused_tcp_port, capsys):
    secret = new_secret()

    async def answer(request, _):
        return reply(418)

    async with serving(answer) as there:
        assert await posted(Receiver([new_secret(), secret], forward=f"{there.url}/mine"), secret) == 418
    (request,) = there.received
    assert (request.path, request.body, request.headers["webhook-id"]) == ("/mine", BODY, "msg_1")
    printed = capsys.readouterr().out
    assert "signature verified" in printed and "answered 418" in printed
    assert await posted(Receiver([secret], forward=f"http://127.0.0.1:{unused_tcp_port}/")) == 502
    assert await posted(Receiver([secret], status=500)) == 500


async def test_what_is_wrong_is_one_line(tmp_path, unused_tcp_port):
    cases = (
        (("listen", "--secret", "whsec_!"), 2, "whsec_"),
        (("listen", "--forward", "http://x.test", "--status", "500"), 2, "only one of them"),
        (("list", "--server", f"http://127.0.0.1:{unused_tcp_port}", "--api-key", "k"), 1, "no answer"),
    )
    results = await asyncio.gather(*(run(*arguments, folder=tmp_path) for arguments, _, _ in cases))
    for (done, _, err), (_, code, words) in zip(results, cases, strict=True):
        assert done == code
        assert err.strip().splitlines()[-1].startswith("visavis: ") and words in err
        assert "Traceback" not in err


@asynccontextmanager
async def on_loopback(app):
    """The application behind a real port."""
    server = Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with bind("127.0.0.1", 0) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_log_is_listed_shown_and_sent_from_again(run_server, tmp_path):  # noqa: F811
    well = False

    async def answer(request, _):
        return reply(200 if well else 410)

    async with serving(answer) as there, run_server() as api, on_loopback(api.http._transport.app) as url:
        name = (await api.create(callback_url=there.url))["conversation_id"]

        async def ask(*arguments):
            given = (*arguments, "--server", url, "--api-key", KEY)
            code, out, err = await run(*given, folder=tmp_path)
            assert code == 0, err
            return out

        async with asyncio.timeout(LIMIT):
            while "failed" not in (listed := await ask("list", "--conversation", name)):
                pass
        assert "system.replica_joined" in listed and "delivered" not in listed
        webhook = listed.splitlines()[1].split()[0]
        shown = await ask("show", webhook)
        assert "answered 410" in shown and f"url: {there.url}" in shown
        assert '"event_type": "system.replica_joined"' in shown
        well = True
        assert webhook in await ask("redeliver", webhook)
        async with asyncio.timeout(LIMIT):
            while webhook not in await ask("list", "--state", "delivered"):
                pass
        assert [one.headers["webhook-id"] for one in there.received] == [webhook, webhook]
    last = [json.loads(one.body)["event_type"] for one in there.received[2:]]
    assert last == ["system.shutdown", "application.transcription_ready"], "the server stopped"
