"""The server under measurement and what the measurements need from it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from visavis.testing.openai_server import Reply, Request, ScriptedServer, say
from visavis.testing.server_process import RunningServer, running_server

INSTANT_ANSWER = ("I am ", "doing very well, ", "thank you for asking. ", "How ", "are ", "you ", "today?")


@dataclass(frozen=True, slots=True)
class Rig:
    """A running server, its personas and conversations."""

    server: RunningServer

    @asynccontextmanager
    async def conversation(self, **body: object) -> AsyncIterator[str]:
        """A new conversation's URL, ended afterwards. It has no greeting: nobody can interrupt one."""
        created = await asyncio.to_thread(self.server.create, **{"custom_greeting": "", **body})
        try:
            yield created["conversation_url"]
        finally:
            path = f"/conversations/{created['conversation_id']}/end"
            await asyncio.to_thread(self.server.api, "POST", path)

    @asynccontextmanager
    async def instant_persona(self) -> AsyncIterator[str]:
        """A persona whose language model answers at once: what is left is our own time."""
        async with AsyncExitStack() as stack:
            endpoint = await stack.enter_async_context(ScriptedServer(answer=_instantly))
            layer = {"model": "instant", "base_url": endpoint.base_url, "api_key": "none"}
            body = {
                "persona_name": "Instant",
                "system_prompt": "You are measured.",
                "layers": {"llm": layer},
            }
            answer = await asyncio.to_thread(self.server.api, "POST", "/personas", json=body)
            answer.raise_for_status()
            yield str(answer.json()["persona_id"])


@contextmanager
def rig(**settings: object) -> Iterator[Rig]:
    """A server with one worker and the embedded LLM, in its own folder."""
    wanted: dict[str, object] = {"workers": 1, "embedded_llm": "qwen2.5-coder-0.5b", **settings}
    with (
        tempfile.TemporaryDirectory(prefix="visavis-bench-") as folder,
        running_server(Path(folder), **wanted) as server,
    ):
        yield Rig(server)


def differences(starts: Sequence[float | None], ends: Sequence[float | None]) -> list[float | None]:
    """How long each took; None where one of the two is missing."""
    return [
        None if start is None or end is None else end - start for start, end in zip(starts, ends, strict=True)
    ]


def _instantly(request: Request) -> Reply:
    return say(*INSTANT_ANSWER)
