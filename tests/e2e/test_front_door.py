"""What `make run` ends with: a server that has opened a conversation and says where."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx

from visavis.testing.server_process import running_server


def test_serve_opens_a_conversation_and_prints_its_url(tmp_path: Path) -> None:
    with running_server(tmp_path, "--open-conversation") as server:
        deadline = time.monotonic() + 30
        while not (found := re.search(rf"{server.url}/c[0-9a-f]{{32}}", server.log.read_text())):
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.1)
        status = httpx.get(f"{found[0]}/status").json()
        assert (status["status"], status["persona_name"]) == ("active", "Vera")
        assert "<script" in httpx.get(found[0]).text
