"""Clients in calls on a server of this process: threads, order, shapes, media, ends."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.client.daily.test_pcm import tone
from tests.conformance.serving import serving
from tests.rooms.webrtc_room import pitch
from visavis import daily
from visavis.client.daily import context
from visavis.testing.conformance.target import Target

PATIENCE = 20.0


@pytest.fixture(autouse=True)
def made() -> Iterator[None]:
    daily.Daily.deinit()
    daily.Daily.init()
    yield
    daily.Daily.deinit()


class Handler(daily.EventHandler):
    """Notes what it is told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Any]] = []
        self.threads: set[str] = set()
        self.changed = threading.Condition()

    def note(self, event: str, *data: Any) -> None:
        with self.changed:
            self.threads.add(threading.current_thread().name)
            self.told.append((event, data))
            self.changed.notify_all()

    def on_app_message(self, message: Any, sender: str) -> None:
        self.note("message", message, sender)

    def on_call_state_updated(self, state: str) -> None:
        self.note("state", state)

    def on_participant_joined(self, participant: Any) -> None:
        self.note("joined", participant)

    def on_participant_updated(self, participant: Any) -> None:
        self.note("updated", participant)

    def on_participant_left(self, participant: Any, reason: str) -> None:
        self.note("left", participant, reason)

    def on_error(self, message: str) -> None:
        self.note("error", message)

    def on_active_speaker_changed(self, participant: Any) -> None:
        self.note("speaker", participant)

    def on_transcription_message(self, message: Any) -> None:
        self.note("transcript", message)

    def names(self) -> list[str]:
        return [name for name, _ in self.told]

    async def until(self, wanted: Callable[[str, Any], bool]) -> Any:
        def found() -> Any:
            return next((data for name, data in self.told if wanted(name, data)), None)

        def wait() -> Any:
            with self.changed:
                assert self.changed.wait_for(lambda: found() is not None, PATIENCE), self.names()
                return found()

        return await asyncio.to_thread(wait)

    async def event(self, kind: str) -> dict[str, Any]:
        """The first event of the conversation of this type."""
        data = await self.until(lambda name, data: name == "message" and data[0].get("event_type") == kind)
        message: dict[str, Any] = data[0]
        return message


async def completed(method: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[Any, ...]:
    """What a method's completion is called with."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[tuple[Any, ...]] = loop.create_future()
    method(*arguments, **more, completion=lambda *got: loop.call_soon_threadsafe(future.set_result, got))
    async with asyncio.timeout(PATIENCE):
        return await future


async def create(target: Target, **body: Any) -> dict[str, Any]:
    answer = await target.http.post("/conversations", json={"custom_greeting": "", **body})
    made: dict[str, Any] = answer.json()
    return made


@asynccontextmanager
async def client(handler: daily.EventHandler | None = None) -> AsyncIterator[daily.CallClient]:
    made = daily.CallClient(event_handler=handler)
    try:
        yield made
    finally:
        # It waits for the server, which is on this thread.
        await asyncio.to_thread(made.release)


def echo(created: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "message_type": "conversation",
        "event_type": "conversation.echo",
        "conversation_id": created["conversation_id"],
        "properties": {"text": text},
    }


async def test_joining_messaging_and_leaving(tmp_path: Path) -> None:
    handler = Handler()
    async with serving(tmp_path) as target, client(handler) as call:
        created = await create(target, properties={"participant_left_timeout": 60})
        call.set_user_name("Ada")
        data, error = await completed(call.join, created["conversation_url"])
        assert error is None
        assert data["meetingSession"] == {"id": created["conversation_id"]}
        people = call.participants()
        assert data["participants"] == people
        me, (replica,) = people["local"], [one for key, one in people.items() if key != "local"]
        assert (me["info"]["isLocal"], me["info"]["userName"]) == (True, "Ada")
        assert me["media"]["microphone"]["state"] == "off"
        assert "tavus-replica" in replica["info"]["userId"]
        assert replica["media"]["camera"]["state"] == "playable"
        assert call.participant_counts() == {"hidden": 0, "present": 2}
        assert await completed(call.send_app_message, echo(created, "Say this.")) == (None,)
        said = await handler.event("conversation.utterance")
        assert said["properties"]["speech"] == "Say this."
        assert (await handler.until(lambda name, _: name == "speaker"))[0]["id"] == replica["id"]
        assert call.active_speaker()["id"] == replica["id"]  # type: ignore[index]
        assert await completed(call.leave) == (None,)
        assert await completed(call.leave) == (None,)
        assert handler.names()[:4] == ["state", "state", "updated", "joined"]
        states = [data[0] for name, data in handler.told if name == "state"]
        assert states == ["joining", "joined", "leaving", "left"]
        assert "error" not in handler.names()
        assert len(handler.threads) == 1 and threading.current_thread().name not in handler.threads
        again = await completed(call.join, created["conversation_url"])
        assert again[1] is None


async def test_who_finds_the_replica_there_has_its_greeting(tmp_path: Path) -> None:
    """As ``tavus-cli`` does: it waits for the replica, throws away what came, and speaks."""
    came: queue.Queue[str] = queue.Queue()

    class Waiting(daily.EventHandler):
        def on_app_message(self, message: Any, sender: str) -> None:
            came.put(message["event_type"])

        def on_participant_joined(self, participant: Any) -> None:
            came.put("there")

    def thrown_away() -> set[str]:
        ready = ("there", "system.replica_joined", "system.replica_present")
        while (first := came.get(timeout=PATIENCE)) not in ready:
            pass
        thrown = {first}
        while not came.empty():
            thrown.add(came.get_nowait())
        return thrown

    async with serving(tmp_path) as target, client(Waiting()) as call:
        body = {"chat": True, "custom_greeting": "Hello there."}
        created = await create(target, **body)
        call.join(created["conversation_url"])
        assert {"there", "conversation.utterance"} <= await asyncio.to_thread(thrown_away)


async def test_people_come_and_go_and_write_to_one_another(tmp_path: Path) -> None:
    ada, bob = Handler(), Handler()
    async with serving(tmp_path) as target, client(ada) as first, client(bob) as second:
        created = await create(target)
        await completed(first.join, created["conversation_url"])
        second.set_user_name("Bob")
        await completed(second.join, created["conversation_url"])
        came = await ada.until(
            lambda name, data: name == "joined" and data[0]["info"].get("userName") == "Bob"
        )
        note = {"text": "Only for you.", "nothing": None}
        await completed(first.send_app_message, note, came[0]["id"], serialize_none=False)
        mine = await bob.until(lambda name, data: name == "message" and "text" in data[0])
        assert mine == ({"text": "Only for you."}, first.participants()["local"]["id"])
        await completed(first.send_prebuilt_chat_message, "Hi.", "Ada")
        chat = await bob.until(lambda name, data: name == "message" and data[0].get("event") == "chat-msg")
        assert (chat[0]["message"], chat[0]["name"]) == ("Hi.", "Ada")
        await completed(second.leave)
        left = await ada.until(lambda name, _: name == "left")
        assert (left[0]["id"], left[1]) == (came[0]["id"], "leftCall")


async def test_a_handler_that_fails_is_logged_and_harms_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Handler):
        def on_participant_joined(self, participant: Any) -> None:
            raise ValueError("the program's own mistake")

    handler = Failing()
    async with serving(tmp_path) as target, client(handler) as call:
        created = await create(target)
        with caplog.at_level(logging.ERROR, "visavis.daily"):
            await completed(call.join, created["conversation_url"])
        await completed(call.send_app_message, echo(created, "Still here."))
        await handler.event("conversation.utterance")
    assert any("on_participant_joined failed" in entry.getMessage() for entry in caplog.records)


async def test_the_replicas_media_reach_renderers_and_the_speaker(tmp_path: Path) -> None:
    pieces, pictures = asyncio.Queue[daily.AudioData](), asyncio.Queue[daily.VideoFrame]()
    loop, handler = asyncio.get_running_loop(), Handler()
    async with serving(tmp_path) as target, client(handler) as call, asyncio.timeout(PATIENCE):
        created = await create(target)
        call.update_subscription_profiles({"base": {"camera": "unsubscribed"}})
        await completed(call.join, created["conversation_url"])
        (replica,) = [key for key in call.participants() if key != "local"]
        call.set_audio_renderer(
            replica,
            lambda _who, data, _source: loop.call_soon_threadsafe(pieces.put_nowait, data),
            sample_rate=24_000,
            callback_interval_ms=50,
        )
        call.set_video_renderer(
            replica,
            lambda _who, frame, _source: loop.call_soon_threadsafe(pictures.put_nowait, frame),
            color_format="RGB",
        )
        piece = await pieces.get()
        assert (piece.sample_rate, piece.num_audio_frames, len(piece.audio_frames)) == (24_000, 1200, 2400)
        assert call.participants()[replica]["media"]["camera"]["state"] == "receivable"
        wanted = {replica: {"media": {"camera": "subscribed"}}}
        assert await completed(call.update_subscriptions, wanted) == (None,)
        frame = await pictures.get()
        assert len(frame.buffer) == frame.width * frame.height * 3
        speaker = daily.Daily.create_speaker_device("ears", non_blocking=True)
        daily.Daily.select_speaker_device("ears")
        (heard,) = await completed(speaker.read_frames, 1600)
        assert len(heard) == 3200


async def test_what_is_written_is_heard_by_the_replica(tmp_path: Path) -> None:
    async with serving(tmp_path) as target, client() as call, asyncio.timeout(PATIENCE):
        created = await create(target)
        microphone = daily.Daily.create_microphone_device("mouth", sample_rate=16_000)
        assert microphone.write_frames(tone(440, 0.5, 16_000)) == 0  # nobody takes it
        asked = {"inputs": {"camera": False, "microphone": {"isEnabled": True}}}
        await completed(call.join, created["conversation_url"], client_settings=asked)
        assert call.participants()["local"]["media"]["microphone"]["state"] == "playable"
        began = asyncio.get_running_loop().time()
        assert await asyncio.to_thread(microphone.write_frames, tone(440, 0.5, 16_000)) == 8000
        assert asyncio.get_running_loop().time() - began > 0.4
        track = daily.CustomAudioTrack(source := daily.CustomAudioSource(48_000, 1))
        assert await completed(call.add_custom_audio_track, "music", track) == (None,)
        (in_use,) = await completed(call.add_custom_audio_track, "music", track)
        assert "already in use" in in_use
        assert await completed(source.write_frames, tone(880, 0.1, 48_000)) == (4800,)
        assert await completed(call.remove_custom_audio_track, "music") == (None,)
        assert not source.pulled
        waiting = asyncio.create_task(asyncio.to_thread(microphone.write_frames, tone(440, 60, 16_000)))
        await asyncio.sleep(0.1)
        await completed(call.leave)
        await waiting  # leaving lets a blocked writer go


async def test_people_hear_and_see_one_another(tmp_path: Path) -> None:
    ada, bob = Handler(), Handler()
    loop, pictures = asyncio.get_running_loop(), asyncio.Queue[daily.VideoFrame]()
    ears = daily.Daily.create_speaker_device("ears", sample_rate=48_000)
    face = daily.Daily.create_camera_device("face", 64, 48, "RGB")
    mouth = daily.Daily.create_microphone_device("mouth", sample_rate=48_000, non_blocking=True)

    async with serving(tmp_path) as target, client(ada) as first, client(bob) as second:
        created = await create(target, properties={"participant_left_timeout": 60})
        await completed(second.join, created["conversation_url"])
        on = {"inputs": {"microphone": True, "camera": True}}
        _, error = await completed(first.join, created["conversation_url"], client_settings=on)
        assert error is None
        ours = first.participants()["local"]
        assert ours["media"]["camera"]["state"] == "playable"
        await bob.until(
            lambda name, data: (
                name == "updated"
                and data[0]["id"] == ours["id"]
                and {data[0]["media"][kind]["state"] for kind in ("microphone", "camera")} == {"playable"}
            )
        )
        second.set_video_renderer(
            ours["id"],
            lambda _who, frame, _source: loop.call_soon_threadsafe(pictures.put_nowait, frame),
            color_format="RGB",
        )
        face.write_frame(bytes((200, 30, 30)) * 64 * 48)
        async with asyncio.timeout(PATIENCE):
            frame = await pictures.get()
        assert (frame.width, frame.height) == (64, 48)
        red, green, _ = np.frombuffer(frame.buffer, np.uint8).reshape(-1, 3).mean(axis=0)
        assert red - green > 100
        daily.Daily.select_speaker_device("ears")
        mouth.write_frames(tone(880, 60, 48_000))
        async with asyncio.timeout(PATIENCE):
            while True:
                heard = await asyncio.to_thread(ears.read_frames, 24_000)
                if abs(pitch(np.frombuffer(heard, np.int16), 48_000) - 880) < 10:
                    break
        bob.told.clear()
        assert await completed(first.update_inputs, {"microphone": False}) == (None,)
        (muted,) = await bob.until(
            lambda name, data: name == "updated" and data[0]["media"]["microphone"]["state"] == "off"
        )
        assert muted["media"]["camera"]["state"] == "playable"


async def test_a_microphone_may_be_turned_on_later_and_one_that_is_not_there_is_said(tmp_path: Path) -> None:
    async with serving(tmp_path) as target, client() as call:
        created = await create(target)
        await completed(call.join, created["conversation_url"])
        (error,) = await completed(call.update_inputs, {"microphone": True})
        assert error == "microphone stays off: there is no microphone"
        microphone = daily.Daily.create_microphone_device("mouth", non_blocking=True)
        assert await completed(call.update_inputs, {"microphone": True}) == (None,)
        assert await completed(microphone.write_frames, tone(440, 0.1, 16_000)) == (1600,)


async def test_what_is_said_comes_as_transcripts(tmp_path: Path) -> None:
    handler = Handler()
    async with serving(tmp_path) as target, client(handler) as call:
        created = await create(target)
        assert "not in a call" in (await completed(call.start_transcription))[0]
        await completed(call.join, created["conversation_url"])
        assert await completed(call.start_transcription) == (None,)
        await completed(call.send_app_message, echo(created, "Say this."))
        (said,) = await handler.until(lambda name, _: name == "transcript")
        assert said["text"] == "Say this."
        assert await completed(call.stop_transcription) == (None,)


async def test_the_end_of_the_conversation_is_an_error_in_words(tmp_path: Path) -> None:
    handler = Handler()
    async with serving(tmp_path) as target, client(handler) as call:
        created = await create(target)
        await completed(call.join, created["conversation_url"])
        await target.http.post(f"/conversations/{created['conversation_id']}/end")
        await handler.until(lambda name, data: (name, data) == ("state", ("left",)))
        assert handler.names()[-3:] == ["error", "left", "state"]
        assert (await handler.event("system.shutdown"))["properties"]
        (error,) = await completed(call.send_app_message, {"late": True})
        assert "not in a call" in error


async def test_a_join_that_is_refused_says_why(tmp_path: Path) -> None:
    handler = Handler()
    async with serving(tmp_path) as target, client(handler) as call:
        data, error = await completed(call.join, f"{target.url}/c404")
        assert data is None and "404" in error
        data, error = await completed(call.join, "no url")
        assert data is None and error


async def test_leaving_while_joining(tmp_path: Path) -> None:
    async with serving(tmp_path) as target, client() as call:
        created = await create(target)
        joining = asyncio.create_task(completed(call.join, created["conversation_url"]))
        await asyncio.sleep(0.01)
        (twice,) = [(await completed(call.join, created["conversation_url"]))[1]]
        assert twice == "the client is in a call or joining one"
        assert await completed(call.leave) == (None,)
        assert await joining == (None, "the client left while it was joining")


REFUSED: list[tuple[str, tuple[Any, ...]]] = [
    ("start_recording", ()),
    ("stop_recording", ()),
    ("update_recording", ({},)),
    ("start_live_stream_with_endpoints", (["x"],)),
    ("start_live_stream_with_rtmp_urls", (["x"],)),
    ("stop_live_stream", ()),
    ("update_live_stream", ({},)),
    ("add_live_streaming_endpoints", (["x"],)),
    ("remove_live_streaming_endpoints", (["x"],)),
    ("start_dialout", ({},)),
    ("stop_dialout", ("x",)),
    ("send_dtmf", ({},)),
    ("sip_call_transfer", ({},)),
    ("sip_refer", ({},)),
    ("update_permissions", ({},)),
    ("update_remote_participants", ({},)),
    ("eject_remote_participants", (["x"],)),
    ("update_transcription", ()),
    ("stop_transcription", ()),
    ("set_proxy_url", ("http://x",)),
    ("send_app_message", ({},)),
]


@pytest.mark.parametrize(("method", "arguments"), REFUSED)
async def test_what_cannot_be_done_is_an_error_in_words(method: str, arguments: tuple[Any, ...]) -> None:
    async with client() as call:
        *nothing, error = await completed(getattr(call, method), *arguments)
        assert nothing in ([], [None])
        assert len(error.split()) > 3


async def test_settings_outside_of_a_call() -> None:
    async with client() as call:
        assert call.active_speaker() is None
        assert call.subscriptions() == {}
        assert await completed(call.update_inputs, {"microphone": False}) == (None,)
        assert "not valid" in (await completed(call.update_inputs, {"camera": 3}))[0]
        assert "not valid" in (await completed(call.join, "x", client_settings={"inputs": 3}))[1]
        assert await completed(call.update_publishing, {"camera": {"sendSettings": {"maxQuality": "low"}}})
        assert call.publishing()["camera"]["sendSettings"]["maxQuality"] == "low"
        assert await completed(call.set_ice_config, {"iceServers": [{"urls": ["stun:x"]}]}) == (None,)
        assert "ice config" in (await completed(call.set_ice_config, {"z": 1}))[0]
        assert call.get_network_stats()["stats"] == {"latest": {}}
        with pytest.raises(TypeError, match="unsupported"):
            call.send_app_message({"a": object()})
        with pytest.raises(ValueError, match="multiple of 10"):
            call.set_audio_renderer("x", print, callback_interval_ms=15)
        with pytest.raises(ValueError, match="invalid color format 'NV12'"):
            call.set_video_renderer("x", print, color_format="NV12")


def test_a_released_client_is_of_no_use() -> None:
    call = daily.CallClient()
    call.release()
    call.release()
    for method in (call.participants, call.leave, call.inputs, call.get_network_stats):
        with pytest.raises(RuntimeError, match="already been released"):
            method()


def test_nothing_goes_without_init_and_nothing_twice() -> None:
    with pytest.raises(RuntimeError, match="already exists"):
        daily.Daily.init()
    daily.Daily.deinit()
    daily.Daily.deinit()
    with pytest.raises(RuntimeError, match="not initialized"):
        daily.CallClient()
    with pytest.raises(RuntimeError, match="not initialized"):
        daily.Daily.create_microphone_device("mouth")
    context.create()
    with pytest.raises(TypeError, match="EventHandler"):
        daily.CallClient(event_handler=3)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="unable to select"):
        daily.Daily.select_speaker_device("none")


def test_speech_is_told_from_silence() -> None:
    vad = daily.Daily.create_native_vad(reset_period_ms=100)
    assert (vad.reset_period_ms, vad.sample_rate, vad.channels) == (100, 16_000, 1)
    assert max(vad.analyze_frames(bytes(320)) for _ in range(50)) < 0.3
    assert vad.analyze_frames(bytes(10)) == 0.0
    with pytest.raises(ValueError, match="16-bit"):
        vad.analyze_frames(b"\0")
