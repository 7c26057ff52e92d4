"""What the server under test calls: the suite's language model and its webhook receiver, at one address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from visavis.testing.conformance import llm
from visavis.testing.conformance.target import Target, is_loopback
from visavis.testing.openai_server import Reply, Request, ScriptedServer

HOOKS = "/hooks"
RECEIVED = Reply((b"{}",), content_type="application/json")


@asynccontextmanager
async def backstage(target: Target, listen: str, public_url: str) -> AsyncIterator[None]:
    """Answer the target for as long as the block lasts, and tell it where.

    Args:
        target: gets ``llm_url``, ``hook_url`` and what comes in.
        listen: ``host:port`` of this machine; port 0 finds a free one.
        public_url: where the target reaches that address, e.g. a tunnel; a target on this machine needs none.
    """

    def answer(request: Request) -> Reply:
        if not request.path.startswith(f"{HOOKS}/"):
            return llm.answer(request)
        target.hooks.append((request.path.removeprefix(HOOKS), request.body))
        return RECEIVED

    host, _, port = listen.rpartition(":")
    async with ScriptedServer(answer=answer, host=host, port=int(port)) as server:
        here = server.base_url.removesuffix("/v1") if is_loopback(target.url) else ""
        if base := public_url.rstrip("/") or here:
            target.llm_url, target.hook_url = f"{base}/v1", f"{base}{HOOKS}"
        yield
