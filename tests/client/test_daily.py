"""A hosted conversation's room, by a stand-in for ``daily-python`` in its own shape."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.rooms.webrtc_room import until
from visavis.client import Client, Microphone
from visavis.client.joining import way_to
from visavis.errors import CallEnded, ConfigurationError, MessageTooLarge, SignallingError
from visavis.rooms.base import ParticipantJoined, ParticipantLeft

URL = "https://tavus.daily.co/c123"
REPLICA = {"id": "r", "info": {"userId": "tavus-replica-1", "userName": "Ada", "isLocal": False}}
GUEST = {"id": "g", "info": {"userName": "Bob", "isLocal": False}}


class EventHandler:
    """As Daily's."""


@dataclass
class AudioData:
    audio_frames: bytes
    num_channels: int = 1
    sample_rate: int = 48_000


@dataclass
class VideoFrame:
    buffer: bytes
    width: int
    height: int


@dataclass
class Device:
    written: list[bytes] = field(default_factory=list)

    def write_frames(self, frames: bytes) -> None:
        self.written.append(frames)


class Daily:
    devices: dict[str, Device]
    begun = 0

    @classmethod
    def init(cls) -> None:
        cls.begun += 1
        if cls.begun > 1:
            raise RuntimeError("already initialized")

    @classmethod
    def create_microphone_device(cls, name: str, **options: Any) -> Device:
        cls.devices[name] = Device()
        return cls.devices[name]


class CallClient:
    """Answers from a thread of its own, as Daily does."""

    last: CallClient
    refuses: str | None = None

    def __init__(self, event_handler: Any) -> None:
        self.handler = event_handler
        self.sent: list[tuple[Any, Any]] = []
        self.renderers: dict[str, Any] = {}
        self.joined_with: dict[str, Any] = {}
        self.name = ""
        self.over: list[str] = []
        CallClient.last = self

    def later(self, action: Any, *arguments: Any) -> None:
        threading.Thread(target=action, args=arguments).start()

    def set_user_name(self, name: str) -> None:
        self.name = name

    def join(self, url: str, meeting_token: Any, client_settings: Any, completion: Any) -> None:
        self.joined_with = {"url": url, "token": meeting_token, "settings": client_settings}
        self.later(completion, None if self.refuses else {}, self.refuses)

    def participants(self) -> dict[str, Any]:
        local = {"id": "me", "info": {"userName": self.name, "isLocal": True}}
        return {"local": local, "r": REPLICA}

    def send_app_message(self, message: Any, participant_id: Any = None, completion: Any = None) -> None:
        self.sent.append((message, participant_id))
        self.later(completion, None)

    def set_audio_renderer(self, participant_id: str, callback: Any, **options: Any) -> None:
        assert options["sample_rate"] == 48_000
        self.renderers["audio"] = callback

    def set_video_renderer(self, participant_id: str, callback: Any, **options: Any) -> None:
        assert options["color_format"] == "RGBA"
        self.renderers["video"] = callback

    def leave(self) -> None:
        self.over.append("left")

    def release(self) -> None:
        self.over.append("released")


@pytest.fixture
def daily(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[CallClient]]:
    module = ModuleType("daily")
    Daily.devices, Daily.begun, CallClient.refuses = {}, 0, None
    module.__dict__.update(Daily=Daily, CallClient=CallClient, EventHandler=EventHandler)
    monkeypatch.setitem(sys.modules, "daily", module)
    yield CallClient


@pytest.fixture
def client() -> Client:
    return Client("https://tavusapi.com", "key")


def test_the_way_is_told_from_the_url() -> None:
    assert way_to(URL) == "daily"
    assert way_to("http://127.0.0.1:7600/c1") == "webrtc"
    assert way_to("https://notdaily.co/c1") == "webrtc"
    with pytest.raises(ConfigurationError, match="not a conversation_url"):
        way_to("http://[::")


async def test_without_the_package_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setitem(sys.modules, "daily", None)
    with pytest.raises(ConfigurationError, match="pip install daily-python"):
        async with client.join(URL):
            pytest.fail("joined")


async def test_a_refusal_is_told_in_daily_s_words(daily: type[CallClient], client: Client) -> None:
    daily.refuses = "meeting is full"
    with pytest.raises(SignallingError, match="meeting is full"):
        async with client.join(URL):
            pytest.fail("joined")
    assert daily.last.over == ["left", "released"]


async def test_the_same_methods_work_there(daily: type[CallClient], client: Client) -> None:
    async with asyncio.timeout(10), client.join(URL, user_name="program", token="t") as call:
        them = daily.last
        assert them.joined_with["url"] == URL and them.joined_with["token"] == "t"
        assert them.name == "program" and call.participant_id == "me"
        assert call.replica is not None and call.replica.user_name == "Ada"

        echo = asyncio.create_task(call.echo("Hello."))
        await until(lambda: bool(them.sent))
        message, to = them.sent[0]
        assert (message["event_type"], to) == ("conversation.echo", None)
        envelope = {"message_type": "conversation", "inference_id": message["properties"]["inference_id"]}
        for number, (kind, properties) in enumerate(
            (
                ("replica.started_speaking", None),
                ("utterance", {"role": "replica", "speech": "Hello."}),
                ("replica.stopped_speaking", {"duration": 0.5, "interrupted": False}),
            ),
            1,
        ):
            event = {**envelope, "event_type": f"conversation.{kind}", "seq": number}
            event |= {"properties": properties} if properties else {}
            them.handler.on_app_message(event, "r")
        heard = await echo
        assert (heard.speech, heard.duration) == ("Hello.", 0.5)
        await call.send("for one", to="r")
        assert them.sent[-1] == ("for one", "r")
        with pytest.raises(MessageTooLarge):
            await call.send("x" * 300_000)
    assert them.over == ["left", "released"]


async def test_people_voice_and_face_arrive(daily: type[CallClient], client: Client) -> None:
    seen: list[str] = []
    async with asyncio.timeout(10), client.join(URL) as call:
        them = daily.last
        call.on(ParticipantJoined, lambda joined: seen.append(joined.participant.user_name))
        call.on(ParticipantLeft, lambda left: seen.append(left.reason))
        them.later(them.handler.on_participant_joined, GUEST)
        await until(lambda: bool(seen))
        them.later(them.handler.on_participant_left, GUEST, "leftCall")
        tone = np.arange(960, dtype=np.int16)
        them.later(them.renderers["audio"], "r", AudioData(tone.tobytes()), "microphone")
        red = np.zeros((4, 6, 4), np.uint8)
        red[..., 0] = red[..., 3] = 255
        them.later(them.renderers["video"], "r", VideoFrame(red.tobytes(), 6, 4), "camera")
        assert (await anext(call.audio())).samples.tolist() == tone.tolist()
        pixels = (await anext(call.video())).to_ndarray("rgb24")
        assert pixels.shape == (4, 6, 3) and pixels[..., 0].min() > 200 and pixels[..., 1].max() < 60
        await until(lambda: len(seen) == 2)
        assert seen == ["Bob", "left"]


async def test_a_microphone_is_a_device_of_daily_s(daily: type[CallClient], client: Client) -> None:
    microphone = Microphone()
    async with asyncio.timeout(10), client.join(URL, microphone=microphone):
        (name,) = Daily.devices
        inputs = daily.last.joined_with["settings"]["inputs"]
        assert inputs["microphone"]["settings"]["deviceId"] == name
        await microphone.play(np.full(2_000, 7, np.int16), 48_000)
        written = Daily.devices[name].written
        await until(lambda: any(np.frombuffer(frame, np.int16).any() for frame in written))


async def test_an_error_of_daily_s_ends_the_call_with_its_words(
    daily: type[CallClient], client: Client
) -> None:
    async with asyncio.timeout(10), client.join(URL) as call:
        waits = asyncio.create_task(call.echo("Never."))
        await asyncio.sleep(0)
        daily.last.later(daily.last.handler.on_error, "the room was deleted")
        with pytest.raises(CallEnded, match="the room was deleted"):
            await waits
        assert call.state == "closed"


async def test_what_daily_cannot_do_is_said(daily: type[CallClient], client: Client) -> None:
    with pytest.raises(ConfigurationError, match="engine"):
        async with client.join(URL, engine="wrtc"):
            pytest.fail("joined")
