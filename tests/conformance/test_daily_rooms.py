"""The Daily driver, against a module that behaves as daily-python was seen to."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from visavis.errors import ConfigurationError, SignallingError
from visavis.testing.conformance import daily_rooms
from visavis.testing.conformance.daily_rooms import daily, is_daily, library
from visavis.testing.conformance.seats import Invitation

URL = "https://somebody.daily.co/room"
REPLICA = {"id": "11111111-1111-1111-1111-111111111111", "info": {"userName": "Vera"}}


class Later:
    """Calls completions from another thread, as Daily does."""

    def __call__(self, completion: Any, *arguments: Any) -> None:
        if completion is not None:
            threading.Timer(0.01, completion, arguments).start()


class FakeDaily(ModuleType):
    """``daily`` for one room, in which the test is the replica."""

    def __init__(self) -> None:
        super().__init__("daily")
        fake = self
        self.inits, self.clients = 0, list[Any]()
        self.join_error: str | None = None
        self.send_error: str | None = None
        self.silent: set[str] = set()
        later = Later()

        class Daily:
            @staticmethod
            def init() -> None:
                fake.inits += 1
                if fake.inits > 1:
                    raise RuntimeError("Execution context already exists!")

        class EventHandler:
            def __init__(self) -> None: ...

        class CallClient:
            def __init__(self, event_handler: Any = None) -> None:
                self.handler, self.log, self.sent = event_handler, list[str](), list[Any]()
                self.name, self.token, self.settings = "", None, None
                self.audio: Any = None
                self.video: Any = None
                fake.clients.append(self)

            def set_user_name(self, name: str) -> None:
                self.name = name

            def join(
                self, url: str, token: Any = None, client_settings: Any = None, completion: Any = None
            ) -> None:
                self.token, self.settings, self.joined = token, client_settings, completion
                if "join" not in fake.silent:
                    later(completion, None if fake.join_error else {}, fake.join_error)

            def participants(self) -> dict[str, Any]:
                return {"local": {"id": "me"}, REPLICA["id"]: REPLICA}

            def send_app_message(
                self, message: Any, participant_id: Any = None, completion: Any = None
            ) -> None:
                if message is None:
                    raise ValueError("invalid app message 'None'")
                self.sent.append(message)
                later(completion, fake.send_error)

            def set_audio_renderer(self, who: str, callback: Any, **options: Any) -> None:
                self.audio = (who, callback, options)

            def set_video_renderer(self, who: str, callback: Any, **options: Any) -> None:
                self.video = (who, callback, options)

            def leave(self, completion: Any = None) -> None:
                self.log.append("leave")
                if "leave" not in fake.silent:
                    later(lambda *_: (self.log.append("left"), completion(None)))

            def release(self) -> None:
                assert threading.current_thread() is not threading.main_thread(), "it takes long"
                self.log.append("release")

        class CustomAudioSource:
            def __init__(self, sample_rate: int, channels: int) -> None:
                self.rate, self.written = sample_rate, b""

            def write_frames(self, frames: bytes, completion: Any = None) -> None:
                self.written += frames
                later(completion, len(frames) // 2)

        class CustomAudioTrack:
            def __init__(self, source: Any) -> None:
                self.id, fake.source = "track", source

        self.Daily, self.EventHandler, self.CallClient = Daily, EventHandler, CallClient
        self.CustomAudioSource, self.CustomAudioTrack = CustomAudioSource, CustomAudioTrack


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDaily]:
    module = FakeDaily()
    monkeypatch.setitem(sys.modules, "daily", module)
    daily_rooms._initialized.cache_clear()
    yield module
    daily_rooms._initialized.cache_clear()


class Heard:
    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.participants = 0

    def invitation(self, *media: Any, token: str = "") -> Invitation:
        return Invitation(URL, token, media, self.messages.append, self._met)

    def _met(self) -> None:
        self.participants += 1


async def settle() -> None:
    await asyncio.sleep(0.05)


async def test_a_second_join_does_not_initialize_the_library_again(fake: FakeDaily) -> None:
    for _ in range(2):
        async with daily(Heard().invitation()):
            pass
    assert fake.inits == 1
    assert [client.log for client in fake.clients] == [["leave", "left", "release"]] * 2


async def test_messages_come_from_daily_s_thread_to_the_loop_until_the_seat_is_left(fake: FakeDaily) -> None:
    heard = Heard()
    async with daily(heard.invitation(token="meeting")) as seat:
        (client,) = fake.clients
        await seat.send({"event_type": "x"})
        await seat.send(None)
        for message in ({"a": 1}, '{"a": 2}', "no json"):
            threading.Thread(target=client.handler.on_app_message, args=(message, "r")).start()
            await settle()
    client.handler.on_app_message({"a": 3}, "r")
    await settle()
    assert heard.messages == [{"a": 1}, {"a": 2}, "no json"]
    assert client.sent == [{"event_type": "x"}]
    assert client.token == "meeting" and client.name == "conformance"
    assert client.settings["inputs"] == {"camera": False, "microphone": False}


async def test_what_is_not_sent_is_told(fake: FakeDaily) -> None:
    fake.send_error = "too large"
    async with daily(Heard().invitation()) as seat:
        with pytest.raises(SignallingError, match="did not send: too large"):
            await seat.send({})


async def test_a_join_that_is_refused_is_told_and_left(fake: FakeDaily) -> None:
    fake.join_error = "no such room"
    with pytest.raises(SignallingError, match="did not join: no such room"):
        async with daily(Heard().invitation()):
            raise AssertionError
    assert fake.clients[0].log == ["leave", "left", "release"]


async def test_a_join_that_is_answered_too_late_harms_nobody(
    fake: FakeDaily, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_rooms, "JOIN_SECONDS", 0.05)
    failed: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(context))
    fake.silent = {"join"}
    with pytest.raises(SignallingError, match=r"did not join within 0\.05 s"):
        async with daily(Heard().invitation()):
            raise AssertionError
    fake.clients[0].joined({}, None)
    await settle()
    assert failed == []


async def test_a_leave_that_is_never_answered_is_not_waited_for_for_ever(
    fake: FakeDaily, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_rooms, "LEAVE_SECONDS", 0.05)
    fake.silent = {"leave"}
    async with daily(Heard().invitation()):
        pass
    assert fake.clients[0].log == ["leave", "release"]


async def test_somebody_else_is_met_once_and_our_own_participants_are_not(fake: FakeDaily) -> None:
    heard = Heard()
    async with daily(heard.invitation("audio", "video")):
        (client,) = fake.clients
        client.handler.on_participant_joined(REPLICA)
        client.handler.on_participant_joined({"id": "2", "info": {"userName": "conformance"}})
        await settle()
    assert heard.participants == 1
    assert client.audio[0] == client.video[0] == REPLICA["id"]
    assert (client.audio[2], client.video[2]) == ({"sample_rate": 48_000}, {"color_format": "I420"})


async def test_the_replica_is_heard_and_seen_and_a_user_speaks(fake: FakeDaily) -> None:
    class Audio:
        audio_frames, num_channels = np.full(480, 7, "<i2").tobytes(), 1

    class Picture:
        buffer, width, height = bytes(range(6)) + b"\xff\xff\xff", 3, 2

    async with daily(Heard().invitation("audio", "video", "speech")) as seat:
        (client,) = fake.clients

        async def shown() -> None:
            for _ in range(20):
                await asyncio.sleep(0.005)
                client.audio[1]("r", Audio(), "microphone")
                client.video[1]("r", Picture(), "camera")

        showing = asyncio.create_task(shown())
        sound = await seat.hear(0.02)
        pictures = await seat.see(2)
        await showing
        await seat.speak(np.arange(480, dtype=np.int16))
        assert len(sound) == 960 and set(sound) == {7}
        assert [picture.tolist() for picture in pictures] == [[[0, 1, 2], [3, 4, 5]]] * 2
        assert fake.source.written == np.arange(480, dtype="<i2").tobytes()
        assert client.settings["inputs"]["microphone"] == {
            "isEnabled": True,
            "settings": {"customTrack": {"id": "track"}},
        }


async def test_a_seat_without_a_microphone_does_not_speak(fake: FakeDaily) -> None:
    async with daily(Heard().invitation()) as seat:
        with pytest.raises(SignallingError, match="without a microphone"):
            await seat.speak(np.zeros(480, np.int16))


def test_which_rooms_are_daily_s() -> None:
    assert is_daily(URL) and is_daily("https://daily.co/x")
    assert not is_daily("https://notdaily.co/x") and not is_daily("http://127.0.0.1:7600/c1")


def test_the_library_is_that_of_the_rooms(fake: FakeDaily, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = FakeDaily()
    monkeypatch.setitem(sys.modules, "visavis.daily", ours)
    assert library(URL) is fake
    assert library("http://127.0.0.1:7600/c1") is ours
    monkeypatch.setitem(sys.modules, "daily", None)
    daily_rooms._initialized.cache_clear()
    with pytest.raises(ConfigurationError, match="pip install daily-python"):
        library(URL)
