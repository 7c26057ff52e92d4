"""The whole server in this process, with scripted layers: as quick as it gets, and open to mutations."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import uvicorn
from numpy.typing import NDArray

from tests.server.fakes import FakeLLM, TaskChild
from tests.session.scripted import ScriptedLLM, engines
from visavis.config import Settings
from visavis.layers.llm.openai import OpenAICompatible
from visavis.layers.replica.base import Activity
from visavis.media.sounds import Mouth
from visavis.protocol.emotions import Emotion
from visavis.rooms.base import PLAYOUT_RATE, Participant
from visavis.rooms.webrtc import WebRTCRoom
from visavis.server.app import create_app
from visavis.server.store import Store
from visavis.server.workers.supervisor import Supervisor
from visavis.session.host import Listener, Live, SignallingRoom
from visavis.session.live import LiveConversation
from visavis.session.spec import ConversationSpec, LLMSpec
from visavis.testing.conformance.target import Target, connect
from visavis.testing.conformance.voice import Voice

KEY = "the-key"
WIDTH, HEIGHT = 160, 120


class Undecided:
    """A turn detector that is never sure: how long a user is waited for depends on patience alone."""

    def complete(self, audio: NDArray[np.float32]) -> float:
        return 0.6


class Lips:
    """A grey face whose mouth opens and shuts while there is something to say."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.width, self.height = width, height
        self.emotion: Emotion = "neutral"
        self._passed = 0.0

    def render(self, elapsed: float, activity: Activity, mouth: Mouth) -> NDArray[np.uint8]:
        self._passed += elapsed
        frame = np.full((self.height * 3 // 2, self.width), 128, np.uint8)
        frame[20:40, 60 + int(4 * np.sin(self._passed)) :][:, :40] = 90
        if mouth.phonemes:
            frame[70 : 80 + int(10 * np.sin(20 * self._passed)), 64:96] = 30
        return frame


class Tones(Voice):
    """Says every word as a quarter of a second of tone."""

    async def say(self, text: str) -> NDArray[np.int16]:
        times = np.arange(round(0.25 * len(text.split()) * PLAYOUT_RATE)) / PLAYOUT_RATE
        return (9000 * np.sin(2 * np.pi * 300 * times)).astype(np.int16)


class ScriptedStudio:
    """Real conversations in real rooms; only ears, voice and face need no model."""

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        made = replace(
            engines(ScriptedLLM(), heard="Hello there."),
            turn=Undecided(),
            make_replica=Lips,
            make_llm=OpenAICompatible,
        )
        room = WebRTCRoom(engine="aiortc", replica=replica, ice_servers=[])
        return room, LiveConversation(
            spec, made, room, Settings(video_width=WIDTH, video_height=HEIGHT), listener
        )


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
        unlimited = {"rate_limit_api": "off", "rate_limit_join": "off"}  # a suite asks as often as it can
        settings = Settings(data_dir=folder, api_keys=[KEY], workers=1, public_url=url, **unlimited)
        unreachable = LLMSpec(base_url="http://127.0.0.1:9/v1", model="none")
        supervisor = Supervisor(settings, launcher=Launcher(), llm=FakeLLM(llm or unreachable))
        app = create_app(settings, supervisor, Store.from_settings(settings))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="websockets-sansio"))
        running = asyncio.create_task(server.serve([listener]))
        try:
            await supervisor.wait_ready()
            async with connect(url, KEY) as http:
                yield Target(url, http, voice=Tones())
        finally:
            server.should_exit = True
            await running
