"""The timers of a conversation, through a real server with a real worker; all cases at the same time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import websockets

from tests.server.killing import REAL, Running, server
from visavis.client.call import Call

LATE = 8.0
"""Seconds that an end may come late on a busy machine."""
ENTERING = 6
"""Seconds that it may take to enter a room on such a one."""


class Cases:
    """Conversations of one server."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def create(self, chat: bool, **timers: int) -> str:
        body = {"persona_id": "pipecat0", "chat": chat, "audio_only": True, "properties": timers}
        answer = await self._running.http.post("/v2/conversations", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["conversation_id"])

    def chat(self, name: str) -> websockets.connect:
        return websockets.connect(f"{self._running.url}/{name}/chat".replace("http", "ws", 1), proxy=None)

    async def enter(self, stack: AsyncExitStack, name: str, chat: bool) -> None:
        """Be in the room until the stack is closed, which says goodbye."""
        if chat:
            socket = await stack.enter_async_context(self.chat(name))
            await socket.recv()
        else:
            await stack.enter_async_context(Call.join(f"{self._running.url}/{name}"))

    async def seen(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (
            await self._running.http.get(f"/v2/conversations/{name}?verbose=true")
        ).json()
        return found

    async def over(self, name: str) -> tuple[str, float]:
        """Why it ended, and after how many seconds."""
        async with asyncio.timeout(30):
            while (found := await self.seen(name))["status"] == "active":  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        began, ended = (datetime.fromisoformat(found[key]) for key in ("created_at", "updated_at"))
        return found["shutdown_reason"], (ended - began).total_seconds()

    async def longest(self, chat: bool) -> None:
        name = await self.create(chat, max_call_duration=ENTERING + 1, participant_absent_timeout=ENTERING)
        async with AsyncExitStack() as stack:
            await self.enter(stack, name, chat)
            reason, seconds = await self.over(name)
        assert reason == "max_call_duration reached"
        assert ENTERING + 1 <= seconds < ENTERING + 1 + LATE

    async def absent(self, chat: bool) -> None:
        name = await self.create(chat, participant_absent_timeout=1)
        reason, seconds = await self.over(name)
        assert reason == "participant_absent_timeout reached"
        assert 1 <= seconds < 1 + LATE

    async def silent(self) -> None:
        """Who is there and says nothing is not absent."""
        name = await self.create(True, participant_absent_timeout=ENTERING)
        async with self.chat(name):
            await asyncio.sleep(ENTERING + 1)
            assert (await self.seen(name))["status"] == "active"

    async def left(self, chat: bool) -> None:
        name = await self.create(chat, participant_left_timeout=0)
        async with AsyncExitStack() as stack:
            await self.enter(stack, name, chat)
            assert (await self.seen(name))["status"] == "active"
        reason, seconds = await self.over(name)
        assert reason == "participant_left_timeout reached" and seconds < LATE

    async def back(self, chat: bool) -> None:
        """Who comes back in time goes on; the time runs anew when they leave again."""
        name = await self.create(chat, participant_left_timeout=ENTERING)
        async with AsyncExitStack() as stack:
            await self.enter(stack, name, chat)
        await asyncio.sleep(1)
        assert (await self.seen(name))["status"] == "active"
        async with AsyncExitStack() as stack:
            await self.enter(stack, name, chat)
            await asyncio.sleep(ENTERING + 1)
            assert (await self.seen(name))["status"] == "active", "the time stands still while they are there"
        assert (await self.over(name))[0] == "participant_left_timeout reached"

    async def lost(self) -> None:
        """A connection that broke off is waited for, though the timeout is 0; the call's time runs on."""
        name = await self.create(True, participant_left_timeout=0, max_call_duration=ENTERING + 2)
        socket = await self.chat(name)
        await socket.recv()
        socket.transport.abort()
        await asyncio.sleep(1.5)
        assert (await self.seen(name))["status"] == "active"
        async with self.chat(name) as again:
            await again.recv()
            reason, seconds = await self.over(name)
        assert reason == "max_call_duration reached" and seconds >= ENTERING + 2


async def test_calls_and_chats_end_when_their_time_is_over(tmp_path: Path) -> None:
    async with (
        server(tmp_path, REAL, workers=1, worker_load_limit=10) as running,
        asyncio.TaskGroup() as all_of_them,
    ):
        cases = Cases(running)
        for chat in (True, False):
            for case in (cases.longest, cases.absent, cases.left, cases.back):
                all_of_them.create_task(case(chat))
        all_of_them.create_task(cases.silent())
        all_of_them.create_task(cases.lost())
