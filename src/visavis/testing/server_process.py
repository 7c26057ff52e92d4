"""The real server as a subprocess, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

KEY = "test-key"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answered /readyz.

    Attributes:
        url: without a final slash.
        key: an ``x-api-key`` it accepts.
        log: what it printed.
    """

    url: str
    key: str
    log: Path
    process: subprocess.Popen[bytes]

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A REST call with the key."""
        return httpx.request(
            method,
            f"{self.url}/v2{path}",
            headers={"x-api-key": self.key},
            timeout=30,
            trust_env=False,  # a developer's proxy does not reach this machine's loopback
            **options,
        )

    def create(self, **body: object) -> dict[str, str]:
        """A new conversation."""
        answer = self.api("POST", "/conversations", json=body)
        assert answer.status_code == 200, answer.text
        created: dict[str, str] = answer.json()
        return created


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(folder: Path, *arguments: str, **settings: object) -> Iterator[RunningServer]:
    """Start `visavis serve`, wait until it is ready, stop it cleanly at the end.

    It ends with this process, too, however that ends (Linux).

    Args:
        folder: for its data and log.
        arguments: more of the command line's.
        settings: more settings, by name.
    """
    port = free_port()
    environment = {
        **os.environ,
        "VISAVIS_PORT": str(port),
        "VISAVIS_DATA_DIR": str(folder / "data"),
        "VISAVIS_API_KEYS": f'["{KEY}"]',
        "VISAVIS_EMBEDDED_LLM": "smollm2-135m",
        "VISAVIS_WORKER_LOAD_LIMIT": "10",
        "VISAVIS_LOG_FORMAT": "json",
        # All of a test's clients are one address, and a benchmark asks as often as it can.
        "VISAVIS_RATE_LIMIT_API": "off",
        "VISAVIS_RATE_LIMIT_JOIN": "off",
        **{f"VISAVIS_{name.upper()}": _as_text(value) for name, value in settings.items()},
    }
    log = folder / "server.log"
    process = _started([sys.executable, "-m", "visavis.cli", "serve", *arguments], environment, log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process, log)
        yield RunningServer(url, KEY, log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"the server did not stop on SIGTERM:\n{log.read_text()[-4000:]}") from None


def _as_text(setting: object) -> str:
    """As the environment gives it."""
    return json.dumps(setting) if isinstance(setting, list | tuple | dict) else str(setting)


def _started(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command that ends with this process."""
    tether = [sys.executable, "-m", "visavis.testing.tethered", "--parent", str(os.getpid())]
    starting: Future[subprocess.Popen[bytes]] = Future()

    def keep() -> None:
        try:
            with log.open("wb") as out:
                process = subprocess.Popen([*tether, *command], env=environment, stdout=out, stderr=out)
        except BaseException as error:
            starting.set_exception(error)
            return
        starting.set_result(process)
        process.wait()

    # The kernel ends a tethered command with the thread that started it, so this one stays; the caller's may
    # be one that soon ends.
    threading.Thread(target=keep, name="keeps a server", daemon=True).start()
    return starting.result()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.2)
    raise AssertionError(f"the server did not become ready:\n{log.read_text()[-4000:]}")
