"""The embedded language model: one process a machine, behind the same adapter as any other endpoint."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog

from visavis.errors import EngineMissing

log = structlog.get_logger(__name__)

START_TIMEOUT = 120.0
"""Seconds to load the model; a cold disk on a busy machine is slow."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
"""Seconds before a restart; doubled with each crash that follows within ``STEADY``."""
STEADY = 60.0
LAST_WORDS = 5
"""Lines of the process's errors that are kept for a failed start."""


class EmbeddedLLM:
    """Owns the process that ``llama_server`` runs in, and keeps it alive.

    It listens on loopback only and asks for a key made at random. Address and key stay the same when it
    has to be started again, so that running conversations find it.

    Args:
        path: the GGUF file.
        model: the name that requests use.
        threads: of the machine's cores; more than are free make it far slower.
        slots: inferences at the same time; more wait.
        context: tokens a slot.

    Attributes:
        base_url: OpenAI-compatible; empty before ``start``.
        api_key: for it.
        restarts: how often it had to be started again.
    """

    def __init__(self, path: Path, model: str, threads: int = 1, slots: int = 2, context: int = 4096) -> None:
        self.path, self.model = path, model
        self.base_url = ""
        self.api_key = secrets.token_urlsafe(24)
        self.restarts = 0
        self._options = {"threads": threads, "slots": slots, "context": context}
        self._port = 0
        self._process: Process | None = None
        self._ready = False
        self._watch: asyncio.Task[None] | None = None
        self._errors: asyncio.Task[deque[str]] | None = None

    async def start(self) -> str:
        """Load the model, answer a first request, and from now on restart it when it dies.

        Returns:
            The base URL.

        Raises:
            EngineMissing: the process did not come up; the message says why.
        """
        await self._launch()
        self._watch = asyncio.create_task(self._keep_alive(), name="embedded-llm")
        return self.base_url

    def ready(self) -> bool:
        """Whether it answers now."""
        return self._ready

    @property
    def pid(self) -> int | None:
        """Of the process, for metrics."""
        return self._process.pid if self._process else None

    async def stop(self) -> None:
        """End the process. Idempotent."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        await self._kill()

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY
        while self._process:
            since = loop.time()
            status = await self._process.wait()
            self._ready = False
            log.error("embedded language model died", status=status, restart_in=delay)
            if loop.time() - since > STEADY:
                delay = FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY)
            try:
                await self._launch()
                self.restarts += 1
            except EngineMissing as error:
                log.error("embedded language model did not come back", reason=str(error))

    async def _launch(self) -> None:
        command = ["-m", "visavis.layers.llm.llama_server", f"--model={self.path}", f"--name={self.model}"]
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                f"--port={self._port}",
                *(f"--{name}={value}" for name, value in self._options.items()),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env={**os.environ, "OMP_NUM_THREADS": str(self._options["threads"])},
                # A Ctrl-C at the terminal is the server's to handle; this process ends when the server does.
                start_new_session=True,
            )
        except OSError as error:
            raise EngineMissing("llm", "embedded", f"no process can be started ({error.strerror})") from error
        self._errors = asyncio.create_task(_last_lines(self._process), name="embedded-llm-errors")
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._greet(self._process)
        except (TimeoutError, OSError, ValueError, httpx.HTTPError) as error:
            await self._kill()
            reason = "; ".join(await self._errors) or type(error).__name__
            raise EngineMissing("llm", "embedded", f"llama.cpp did not start ({reason})") from error
        except asyncio.CancelledError:
            await self._kill()
            raise
        self._ready = True

    async def _greet(self, process: Process) -> None:
        """Hand over the key, learn the address, and have it compute something once."""
        assert process.stdin and process.stdout
        process.stdin.write(self.api_key.encode() + b"\n")
        await process.stdin.drain()
        report: dict[str, Any] = json.loads(await process.stdout.readline())
        self._port = urlsplit(report["address"]).port or 0
        self.base_url = f"{report['address']}/v1"
        body = {"model": self.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
        async with httpx.AsyncClient(trust_env=False, timeout=None, verify=False) as client:
            answer = await client.post(
                f"{self.base_url}/chat/completions",
                json=body,
                headers={"Authorization": f"Bearer {self.api_key}"},
            )
            answer.raise_for_status()

    async def _kill(self) -> None:
        self._ready = False
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._errors:
            await asyncio.wait([self._errors])


async def _last_lines(process: Process) -> deque[str]:
    """Read the process's standard error to its end, keeping the last lines."""
    lines: deque[str] = deque(maxlen=LAST_WORDS)
    assert process.stderr
    async for line in process.stderr:
        lines.append(line.decode(errors="replace").strip())
    return lines
