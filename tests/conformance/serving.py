"""The whole server in this process, with scripted voices: as quick as it gets, and open to mutations."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn

from tests.server.fakes import FakeLLM, TaskChild
from tests.session.scripted import ScriptedLLM, engines
from visavis.config import Settings
from visavis.layers.llm.openai import OpenAICompatible
from visavis.rooms.base import Participant
from visavis.rooms.webrtc import WebRTCRoom
from visavis.server.app import create_app
from visavis.server.store import Store
from visavis.server.supervisor import Supervisor
from visavis.session.host import Listener, Live, SignallingRoom
from visavis.session.live import LiveConversation
from visavis.session.spec import ConversationSpec, LLMSpec
from visavis.testing.conformance.target import Target, connect

KEY = "the-key"


class ScriptedStudio:
    """Real conversations in real rooms; only STT, TTS and the face need no model."""

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        made = replace(engines(ScriptedLLM()), make_llm=OpenAICompatible)
        room = WebRTCRoom(engine="aiortc", replica=replica, ice_servers=[])
        return room, LiveConversation(spec, made, room, Settings(), listener)


class Launcher:
    """Workers that are tasks."""

    async def __call__(self, sock: socket.socket) -> TaskChild:
        return TaskChild(sock, ScriptedStudio())


@asynccontextmanager
async def serving(folder: Path, llm: LLMSpec | None = None) -> AsyncIterator[Target]:
    """A server on loopback, and how the suite sees it; its own language model cannot be reached."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data_dir=folder, api_keys=[KEY], workers=1, public_url=url)
        unreachable = LLMSpec(base_url="http://127.0.0.1:9/v1", model="none")
        supervisor = Supervisor(settings, launcher=Launcher(), llm=FakeLLM(llm or unreachable))
        app = create_app(settings, supervisor, Store.from_settings(settings))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio"))
        running = asyncio.create_task(server.serve([listener]))
        try:
            await supervisor.wait_ready()
            async with connect(url, KEY) as http:
                yield Target(url, http)
        finally:
            server.should_exit = True
            await running
