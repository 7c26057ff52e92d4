"""What the server under test calls: the suite's language model and its webhook receiver, at one address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from visavis.errors import ConfigurationError
from visavis.testing.conformance import llm
from visavis.testing.conformance.target import Target, is_loopback
from visavis.testing.openai_server import Reply, Request, ScriptedServer

HOOKS = "/hooks"
RECEIVED = Reply((b"{}",), content_type="application/json")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses to listen at that none can be reached at."""


@asynccontextmanager
async def backstage(target: Target, listen: str, public_url: str) -> AsyncIterator[None]:
    """Answer the target for as long as the block lasts, and tell it where.

    Args:
        target: gets ``llm_url``, ``hook_url`` and what comes in.
        listen: ``host:port`` of this machine; port 0 finds a free one.
        public_url: where the target reaches that address, e.g. a tunnel; a target on this machine needs none.

    Raises:
        ConfigurationError: ``listen`` is no such address, or another program has it.
    """

    def answer(request: Request) -> Reply:
        target.called.set()
        if not request.path.startswith(f"{HOOKS}/"):
            return llm.answer(request)
        target.hooks.append((request.path.removeprefix(HOOKS), request.body))
        return RECEIVED

    host, port = _address(listen)
    server = ScriptedServer(answer=answer, host=host, port=port)
    try:
        await server.__aenter__()
    except OSError as error:
        raise ConfigurationError(f"cannot listen at {listen}: {error.strerror or error}") from error
    try:
        here = _url(host, server.base_url) if is_loopback(target.url) else ""
        if base := public_url.rstrip("/") or here:
            target.llm_url, target.hook_url = f"{base}/v1", f"{base}{HOOKS}"
        yield
    finally:
        await server.__aexit__(None, None, None)


def _address(listen: str) -> tuple[str, int]:
    parts = urlsplit(f"//{listen}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or port is None or parts.path:
        raise ConfigurationError(f"--listen {listen}: wanted a host and a port, such as 127.0.0.1:8099")
    return host, port


def _url(host: str, base_url: str) -> str:
    port = base_url.removesuffix("/v1").rpartition(":")[2]
    reached = EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
