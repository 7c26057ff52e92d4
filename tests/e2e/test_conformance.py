"""Our server passes our suite, over real WebRTC, with its real voice and ears."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from visavis.testing.server_process import RunningServer, running_server

SHORTFALLS = Path(__file__).parents[1] / "conformance" / "shortfalls.txt"


KINDS = ("conversations", "personas", "objectives", "guardrails")


def counts(server: RunningServer) -> dict[str, int]:
    return {kind: server.api("GET", f"/{kind}").json()["total_count"] for kind in KINDS}


@pytest.mark.timeout(900)
def test_the_server_passes_every_case(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        before = counts(server)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "visavis.cli", "conformance", "--target", server.url),
                *("--api-key", server.key, "--profile", "extensions", "--shortfalls", str(SHORTFALLS)),
                *("--report", str(tmp_path / "report")),
            ],
            capture_output=True,
            text=True,
        )
        after = counts(server)
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    found = {
        case["id"]: case["detail"] for case in report["cases"] if case["outcome"] in ("failed", "skipped")
    }
    assert found == {}
    assert done.returncode == 0, done.stderr
    assert after == before
    assert (report["driver"], report["left"], report["notes"]) == ("webrtc", [], [])
