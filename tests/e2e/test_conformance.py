"""Our server passes our suite, over real WebRTC, with its real voice and ears."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from visavis.testing.server_process import running_server

SHORTFALLS = Path(__file__).parents[1] / "conformance" / "shortfalls.txt"


@pytest.mark.timeout(900)
def test_the_server_passes_every_case(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "visavis.cli", "conformance", "--target", server.url),
                *("--api-key", server.key, "--profile", "extensions", "--shortfalls", str(SHORTFALLS)),
                *("--report", str(tmp_path / "report")),
            ],
            capture_output=True,
            text=True,
        )
        left = server.api("GET", "/conversations?status=active").json()["total_count"]
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    found = {
        case["id"]: case["detail"] for case in report["cases"] if case["outcome"] in ("failed", "skipped")
    }
    assert found == {}
    assert done.returncode == 0, done.stderr
    assert left == 0
