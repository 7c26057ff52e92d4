"""The command as a process: signals, exit codes, and what it leaves behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.conformance.serving import KEY, serving
from visavis.server.errors import Refusal
from visavis.server.store.resources import Resources
from visavis.testing.conformance.target import Target


async def start(target: Target, *arguments: str) -> asyncio.subprocess.Process:
    command = ("-m", "visavis.cli", "conformance", "--target", target.url, "--api-key", KEY, *arguments)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, *command, stdout=pipe, stderr=pipe)


async def counts(target: Target) -> dict[str, int]:
    found = {}
    for kind in ("conversations", "personas", "objectives", "guardrails"):
        found[kind] = (await target.http.get(f"/{kind}")).json()["total_count"]
    return found


async def until_it_holds_a_conversation(target: Target) -> None:
    async with asyncio.timeout(60):
        while True:
            active = (await target.http.get("/conversations?status=active")).json()
            if active["total_count"]:
                return
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=str
)
async def test_a_signal_ends_a_run_in_good_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    folder = tmp_path / "report"
    async with serving(tmp_path) as target:
        before = await counts(target)
        running = await start(
            target, "--driver", "chat", "--case", "REST-001", "--case", "LIFE-007", "--report", str(folder)
        )
        await until_it_holds_a_conversation(target)
        running.send_signal(number)
        await asyncio.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(running.communicate(), 30)
        after = await counts(target)
    assert running.returncode == code, err.decode()
    assert "Traceback" not in err.decode()
    assert f"Stopped by {number.name}." in out.decode()
    assert before == after
    report = json.loads((folder / "report.json").read_text())
    assert report["stopped"] == number.name
    found = {case["id"]: case["outcome"] for case in report["cases"] if case["group"] != "INV"}
    assert found == {"REST-001": "passed"}
    assert (folder / "junit.xml").exists() and (folder / "index.html").exists()


async def test_a_terminal_that_has_gone_keeps_no_report_from_being_written(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    async with serving(tmp_path) as target:
        before = await counts(target)
        arguments = ("--target", target.url, "--api-key", KEY, "--driver", "chat", "--report", str(folder))
        reader, writer = os.pipe()
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "visavis.cli", "conformance", "--case", "REST-001", "--case", "LIFE-005"),
            *arguments,
            stdout=writer,
            stderr=writer,
        )
        os.close(reader)
        os.close(writer)
        code = await asyncio.wait_for(running.wait(), 60)
        after = await counts(target)
    assert code == 0
    assert before == after
    assert json.loads((folder / "report.json").read_text())["counts"]["failed"] == 0


async def test_what_could_not_be_removed_is_told_and_makes_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(kept: Resources, persona_id: str, *kinds: str) -> bool:
        raise Refusal(403, "not today")

    monkeypatch.setattr(Resources, "delete", refuses)
    async with serving(tmp_path) as target:
        running = await start(target, "--driver", "chat", "--case", "REST-024")
        out, err = await asyncio.wait_for(running.communicate(), 60)
        kept = (await target.http.get("/personas?persona_type=user")).json()["data"]
    assert running.returncode == 1
    assert b"1 passed" in out and b"failed" not in out
    assert err.decode() == f"Left on the server: personas: {kept[0]['persona_id']}\n"


async def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    async with serving(tmp_path) as target:
        pass
    running = await start(target, "--driver", "chat", "--case", "REST-001")
    out, err = await asyncio.wait_for(running.communicate(), 60)
    assert running.returncode == 1
    assert out == b"" and err.decode().count("\n") == 1
    assert f"no answer from {target.url}" in err.decode()
