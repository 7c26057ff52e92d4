"""A live conversation in a room without a network, with scripted layers and the real core."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from tests.media.recording.movies import look
from tests.session.scripted import Energy, ScriptedLLM, engines
from visavis.config import Settings
from visavis.conversation.inputs import Guardrail
from visavis.conversation.log import replayed_events
from visavis.conversation.replica import Replica
from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.stt.base import Hints
from visavis.rooms.base import Participant
from visavis.rooms.memory import Guest, MemoryRoom
from visavis.session.apicalls import Outbound
from visavis.session.live import LiveConversation
from visavis.session.speaker import AHEAD
from visavis.session.spec import ConversationSpec, LLMSpec, RecordingSpec

SPEC = ConversationSpec(
    conversation_id="c1",
    replica_id="r1",
    replica_name="Vera",
    persona_id="p1",
    persona_name="Vera",
    system_prompt="Be brief.",
    llm=LLMSpec(base_url="http://127.0.0.1:1", model="scripted"),
    participant_left_timeout=60,
)


class Stage:
    """A conversation under way, and the time in its room."""

    live: LiveConversation
    stt: Any

    def __init__(self, room: MemoryRoom) -> None:
        self.room = room
        self.heard: list[np.ndarray] = []
        self.told: list[tuple[int, dict[str, Any]]] = []
        self.log: list[str] = []
        self.callbacks: list[tuple[str, str, dict[str, Any]]] = []
        self.logged_before: list[int] = []

    def event(self, seq: int, message: dict[str, Any]) -> None:
        self.told.append((seq, message))
        self.logged_before.append(len(self.log))

    def logged(self, lines: list[str]) -> None:
        self.log += lines

    def called_back(self, kind: str, subject: str, body: dict[str, Any]) -> None:
        self.callbacks.append((kind, subject, body))

    async def play(self, seconds: float = 0.0) -> None:
        """Let everything due be done, then pull audio, in steps of 20 ms."""
        for _ in range(max(1, round(seconds / 0.02))):
            await settle()
            if seconds:
                self.heard.append(self.room.play())

    async def until(self, guest: Guest, event_type: str, count: int = 1) -> dict[str, Any]:
        """Play until the guest has received such an event."""
        for _ in range(1500):
            found = [data for _, data in guest.received if data.get("event_type") == event_type]
            if len(found) >= count:
                return found[count - 1]
            await self.play(0.02)
        raise AssertionError(f"no {event_type}; seen were {kinds(guest)}")


async def settle() -> None:
    """Let tasks and threads run."""
    for _ in range(5):
        await asyncio.sleep(0.0005)


def kinds(guest: Guest) -> list[str]:
    return [data["event_type"] for _, data in guest.received if data["event_type"] not in UNEVENTFUL]


UNEVENTFUL = ("system.replica_present", "visavis.playback")


@asynccontextmanager
async def conversation(
    llm: ScriptedLLM,
    spec: ConversationSpec = SPEC,
    heard: str = "",
    make_vad: Callable[[], Energy] = Energy,
    outbound: Outbound | None = None,
    perception: Any = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    room = MemoryRoom(Participant("replica", "tavus-replica-r1", "Vera", "replica", 0.0))
    shared = dataclasses.replace(
        engines(llm, heard), make_vad=make_vad, outbound=outbound, perception=perception
    )
    stage = Stage(room)
    stage.stt = shared.stt
    stage.live = live = LiveConversation(spec, shared, room, Settings(**settings), stage)
    running = asyncio.create_task(live.run())
    try:
        await settle()
        yield stage
    finally:
        live.end("end_conversation_endpoint_hit")
        await asyncio.wait_for(running, 5)
        shared.close()


def message(event_type: str, **properties: object) -> dict[str, Any]:
    return {"message_type": "conversation", "event_type": event_type, "properties": properties}


async def test_an_echo_is_said_and_told_in_order() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="Hello out there."))
        await stage.until(guest, "conversation.stopped_speaking")
        assert kinds(guest)[0] == "system.replica_joined"
        spoken = [kind for kind in kinds(guest) if "utterance.streaming" not in kind][1:]
        assert spoken == [
            "conversation.replica.started_speaking",
            "conversation.started_speaking",
            "conversation.utterance",
            "conversation.replica.stopped_speaking",
            "conversation.stopped_speaking",
        ]
        assert max(np.abs(chunk).max() for chunk in stage.heard) > 5000


async def test_a_typed_turn_is_answered_and_remembered_as_heard() -> None:
    llm = ScriptedLLM([TextDelta("I am "), TextDelta("well, thanks.")], [TextDelta("Yes.")])
    async with conversation(llm) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="How are you?"))
        await stage.until(guest, "conversation.stopped_speaking")
        guest.send(message("conversation.respond", text="Really?"))
        await stage.until(guest, "conversation.stopped_speaking", count=2)
        roles = [(entry["role"], entry["content"]) for entry in llm.asked[1]]
        assert roles[1:] == [
            ("user", "How are you?"),
            ("assistant", "I am well, thanks."),
            ("user", "Really?"),
        ]


async def test_interrupt_silences_the_room_and_cuts_history_to_what_was_heard() -> None:
    llm = ScriptedLLM([TextDelta("One two three four five six seven eight nine ten. ")], [TextDelta("Ok.")])
    async with conversation(llm) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Count."))
        await stage.until(guest, "conversation.replica.started_speaking")
        await stage.play(0.44)
        guest.send(message("conversation.interrupt"))
        stopped = await stage.until(guest, "conversation.replica.stopped_speaking")
        assert stopped["properties"]["interrupted"] is True
        after = stage.room.play(48_000)
        assert not after[480:].any(), "nothing leaves after the stop"
        final = [data for _, data in guest.received if data["event_type"].endswith("streaming")][-1]
        assert final["properties"]["is_interrupted"] is True
        heard = final["properties"]["speech"]
        assert "One two three four five six seven eight nine ten.".startswith(heard)
        assert 2 <= len(heard.split()) <= 6
        guest.send(message("conversation.respond", text="Go on."))
        await stage.until(guest, "conversation.replica.started_speaking", count=2)
        assistant = [entry["content"] for entry in llm.asked[1] if entry["role"] == "assistant"]
        assert assistant == [heard]


async def test_interrupting_a_thought_closes_the_stream_at_the_endpoint() -> None:
    llm = ScriptedLLM([TextDelta("(waits for ever)")])
    async with conversation(llm) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Think."))
        await stage.play(0.2)
        guest.send(message("conversation.interrupt"))
        await stage.play(0.2)
        assert llm.cancelled == 1
        assert "conversation.replica.started_speaking" not in kinds(guest)


async def test_a_tool_call_is_broadcast_and_its_result_is_spoken_about() -> None:
    llm = ScriptedLLM(
        [ToolCallDelta("call_1", "get_weather", '{"city": "Rome"}')], [TextDelta("It is sunny.")]
    )
    async with conversation(llm) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Weather in Rome?"))
        called = await stage.until(guest, "conversation.tool_call")
        assert called["properties"]["arguments"] == '{"city": "Rome"}'
        guest.send(message("conversation.tool_result", tool_call_id="call_1", output={"sky": "clear"}))
        await stage.until(guest, "conversation.stopped_speaking")
        roles = [entry["role"] for entry in llm.asked[1]]
        assert roles == ["system", "user", "assistant", "tool"]
        assert json.loads(llm.asked[1][3]["content"]) == {"sky": "clear"}


async def test_an_llm_that_fails_is_told_and_the_call_goes_on() -> None:
    llm = ScriptedLLM(
        [InferenceFailed("the endpoint answered 500")], [ValueError("odd")], [TextDelta("Back.")]
    )
    async with conversation(llm) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Hello?"))
        failed = await stage.until(guest, "visavis.layer_failed")
        assert failed["properties"] == {"layer": "llm", "reason": "the endpoint answered 500"}
        guest.send(message("conversation.respond", text="Hello again?"))
        await stage.until(guest, "visavis.layer_failed", count=2)
        guest.send(message("conversation.respond", text="Still there?"))
        await stage.until(guest, "conversation.stopped_speaking")


async def test_a_voice_that_fails_is_told_and_the_call_goes_on() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="unspeakable"))
        failed = await stage.until(guest, "visavis.layer_failed")
        assert failed["properties"]["layer"] == "tts"
        guest.send(message("conversation.echo", text="And on."))
        await stage.until(guest, "conversation.stopped_speaking")


async def test_echoed_audio_is_heard_at_its_own_pitch_and_length() -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)).astype("<i2")
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        for start in range(0, 24_000, 2_400):
            chunk = base64.b64encode(tone[start : start + 2_400].tobytes()).decode()
            guest.send(
                message(
                    "conversation.echo",
                    modality="audio",
                    audio=chunk,
                    sample_rate=24_000,
                    inference_id="mine",
                    done=start == 21_600,
                )
            )
        stopped = await stage.until(guest, "conversation.replica.stopped_speaking")
        assert abs(stopped["properties"]["duration"] - 1.0) < 0.05
        heard = np.concatenate(stage.heard).astype(np.float64)
        voiced = heard[np.abs(heard).argmax() - 9600 :][:24_000]
        peak = np.abs(np.fft.rfft(voiced)).argmax() * 48_000 / len(voiced)
        assert abs(peak - 440) < 5


async def test_broken_audio_is_ignored_with_one_reason() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        for audio, rate in (("%%%", 16_000), ("Q", 16_000), ("QUE=", 7)):
            guest.send(message("conversation.echo", modality="audio", audio=audio, sample_rate=rate))
        await stage.play(0.2)
        assert kinds(guest) == ["system.replica_joined"]
        assert stage.live.stats()["ignored"] == 3


async def test_a_spoken_turn_is_transcribed_and_answered() -> None:
    llm = ScriptedLLM([TextDelta("Hello you.")])
    async with conversation(llm, heard="Hello replica.") as stage:
        guest = stage.room.join()
        await says_something(stage, guest)
        said = await stage.until(guest, "conversation.utterance")
        assert said["properties"] == {"role": "user", "speech": "Hello replica."}
        await stage.until(guest, "conversation.replica.stopped_speaking")
        order = kinds(guest)
        assert order.index("conversation.user.started_speaking") < order.index(
            "conversation.user.stopped_speaking"
        )


async def says_something(stage: Stage, guest: Guest) -> None:
    voice = (9000 * np.sin(np.arange(16_000) * 0.2)).astype(np.int16)
    silence = np.zeros(24_000, np.int16)
    for chunk in np.array_split(np.concatenate([silence[:8000], voice, silence]), 150):
        guest.speak(chunk)
        await stage.play(0.02)


async def test_the_speech_to_text_is_told_language_and_hotwords() -> None:
    spec = SPEC.model_copy(update={"language": "english", "hotwords": "Tavus, Pipecat"})
    async with conversation(ScriptedLLM(), spec, heard="Hello.") as stage:
        guest = stage.room.join()
        await says_something(stage, guest)
        await stage.until(guest, "conversation.utterance")
        assert stage.stt.hints == Hints("en", "Tavus, Pipecat")


async def test_a_language_that_an_engine_does_not_have_is_said_once_for_each_engine() -> None:
    with capture_logs() as logs:
        for language in ("english", "french", "multilingual"):
            spec = SPEC.model_copy(update={"language": language})
            async with conversation(ScriptedLLM(), spec):
                pass
    told = [(line["layer"], line["language"]) for line in logs if "language" in line]
    assert told == [(layer, language) for language in ("french", "multilingual") for layer in ("stt", "tts")]


async def test_a_guardrail_that_fires_is_to_be_called_back() -> None:
    rude = Guardrail(name="rude", uuid="g1", prompt="Never be rude.", app_message=False)
    breach = ToolCallDelta("t1", "tavus_report_guardrail", '{"guardrail": "rude", "reason": "x"}')
    llm = ScriptedLLM([breach, TextDelta("Let us stay polite.")])
    async with conversation(llm, SPEC.model_copy(update={"guardrails": [rude]})) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="Something rude."))
        await stage.until(guest, "conversation.utterance", 2)
        assert stage.callbacks == [
            ("guardrail", "rude", {"properties": {"guardrail": "rude", "guardrail_uuid": "g1"}})
        ]
        assert "conversation.guardrail.triggered" not in kinds(guest)


async def test_speaking_over_the_replica_stops_it() -> None:
    async with conversation(ScriptedLLM(), heard="Stop please.") as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="word " * 60))
        await stage.until(guest, "conversation.replica.started_speaking")
        voice = (9000 * np.sin(np.arange(24_000) * 0.2)).astype(np.int16)
        for chunk in np.array_split(voice, 75):
            guest.speak(chunk)
            await stage.play(0.02)
        stopped = await stage.until(guest, "conversation.replica.stopped_speaking")
        assert stopped["properties"]["interrupted"] is True


async def test_the_mouth_is_told_the_phonemes_while_they_are_heard() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="Ah " * 20))
        await stage.until(guest, "conversation.replica.started_speaking")
        for _ in range(20):
            await stage.play(0.02)
            await asyncio.sleep(0.02)
        assert stage.room.sink is not None
        assert stage.room.sink.written > 5
        assert stage.live.stats()["activity"] == "speaking"


async def test_an_ended_conversation_says_why_and_closes_the_room() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        await stage.play(0.1)
        stage.live.end("end_conversation_endpoint_hit")
        for _ in range(200):
            if guest.closed_reason:
                break
            await asyncio.sleep(0.01)
        assert kinds(guest)[-1] == "system.shutdown"
        assert guest.closed_reason == "end_conversation_endpoint_hit"


async def test_a_logged_conversation_replays_to_the_same_events() -> None:
    async with conversation(ScriptedLLM([TextDelta("Fine.")])) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="How are you?"))
        await stage.until(guest, "conversation.stopped_speaking")
    sent = [event for _, event in stage.told]
    assert sent[-1]["event_type"] == "system.shutdown"
    assert json.dumps([event.wire() for event in replayed_events(stage.log)]) == json.dumps(sent)


async def test_the_log_is_never_behind_the_events_so_that_a_killed_worker_loses_no_cause() -> None:
    async with conversation(ScriptedLLM([TextDelta("Fine.")])) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="How are you?"))
        await stage.until(guest, "conversation.stopped_speaking")
    sent = [event for _, event in stage.told]
    for number, lines in enumerate(stage.logged_before, 1):
        replayed = [event.wire() for event in replayed_events(stage.log[:lines])]
        assert replayed[:number] == sent[:number]


async def test_a_conversation_that_keeps_no_log_tells_none() -> None:
    spec = SPEC.model_copy(update={"keep_log": False})
    async with conversation(ScriptedLLM([TextDelta("Fine.")]), spec=spec) as stage:
        stage.room.join()
        await stage.play(0.1)
    assert stage.told
    assert not stage.log


async def test_a_chat_is_written_and_neither_heard_nor_seen() -> None:
    spec = SPEC.model_copy(update={"chat": True})
    async with conversation(ScriptedLLM([TextDelta("Fine, "), TextDelta("thanks.")]), spec=spec) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.respond", text="How are you?"))
        await stage.until(guest, "conversation.utterance", count=2)
        spoken = [data for _, data in guest.received if data["event_type"] == "conversation.utterance"]
        assert [one["properties"]["speech"] for one in spoken] == ["How are you?", "Fine, thanks."]
        assert not any("speaking" in kind for kind in kinds(guest))
        assert stage.room._source is None
        assert stage.live._face is None


async def test_what_is_refused_is_told_to_a_client_that_named_it() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send({"event_type": "conversation.dance", "event_id": "mine"})
        ack = await stage.until(guest, "visavis.ack")
        assert ack["properties"]["event_id"] == "mine"
        assert ack["properties"]["accepted"] is False


async def test_a_long_text_is_spoken_only_a_little_ahead_of_what_is_heard() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="word " * 2000))
        await stage.until(guest, "conversation.replica.started_speaking")
        for _ in range(50):
            await settle()
        assert AHEAD < stage.live._playout.waiting < 2 * AHEAD
        await stage.play(1.0)
        assert stage.live._playout.waiting > AHEAD - 1.0
        guest.send(message("conversation.interrupt"))
        guest.send(message("conversation.echo", text="Short."))
        stopped = await stage.until(guest, "conversation.stopped_speaking", count=2)
        assert stopped["properties"]["interrupted"] is False


async def test_a_flood_of_messages_lets_the_rest_of_the_call_work_in_between() -> None:
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        for _ in range(500):
            guest.send({"event_type": "nonsense"})
        turns = 0
        while stage.live.stats()["ignored"] < 500:
            turns += 1
            await asyncio.sleep(0)
        assert turns > 100


async def test_an_input_that_breaks_the_core_ends_the_call_whoever_brought_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(self: object, generation: object, samples: int) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Replica, "progressed", broken)
    async with conversation(ScriptedLLM()) as stage:
        guest = stage.room.join()
        guest.send(message("conversation.echo", text="Hello."))
        for _ in range(500):
            await stage.play(0.02)
            if guest.closed_reason:
                break
        assert guest.closed_reason == "internal error occurred at step session"
        assert kinds(guest)[-1] == "system.shutdown"


async def test_a_microphone_whose_vad_cannot_be_made_is_lost_and_the_call_goes_on() -> None:
    def broken() -> Energy:
        raise RuntimeError("no model")

    with capture_logs() as logged:
        async with conversation(ScriptedLLM(), make_vad=broken) as stage:
            guest = stage.room.join()
            guest.speak(np.zeros(512, np.int16))
            guest.send(message("conversation.echo", text="Hello."))
            await stage.until(guest, "conversation.stopped_speaking")
    assert "a microphone can no longer be heard" in [line["event"] for line in logged]


async def test_a_recording_has_what_was_heard_and_nothing_of_what_was_cut(tmp_path: Path) -> None:
    folder = tmp_path / "c1"
    spec = SPEC.model_copy(update={"recording": RecordingSpec(folder=str(folder)), "pipeline_mode": "echo"})
    async with conversation(ScriptedLLM(), spec, video_width=160, video_height=120) as stage:
        await stage.play(0.4)
        assert not folder.exists(), "nobody has come"
        guest = stage.room.join()
        await stage.play(0.2)
        guest.send(message("conversation.echo", text=" ".join(["word"] * 30)))
        await stage.until(guest, "conversation.replica.started_speaking")
        spoken = len(stage.heard)
        await stage.play(0.5)
        guest.send(message("conversation.interrupt"))
        await stage.until(guest, "conversation.replica.stopped_speaking")
        spoken = len(stage.heard) - spoken
        for _ in range(25):
            guest.speak((6000 * np.sin(np.arange(320) * 2 * np.pi * 1500 / 16_000)).astype(np.int16))
            await stage.play(0.02)
        await stage.play(0.5)
    (path,) = folder.glob("*.mp4")
    seen = look(path)
    loud = [seen.loudness(at / 50, (at + 1) / 50) > 0.02 for at in range(round(len(seen.sound) / 960))]
    assert sum(loud) == pytest.approx(spoken + 25, abs=5)
    begins = loud.index(True) / 50
    assert seen.pitch(begins + 0.1, begins + 0.3) == pytest.approx(382, abs=10), "the replica's tone"
    ends = (len(loud) - loud[::-1].index(True)) / 50
    assert seen.pitch(ends - 0.3, ends - 0.1) == pytest.approx(1500, abs=10), (
        "the guest, though nobody listens"
    )
    assert seen.pictures


class Clumsy(ScriptedLLM):
    """An adapter of a third party that cannot even close."""

    async def aclose(self) -> None:
        raise RuntimeError("no such socket")


async def test_a_layer_that_cannot_close_leaves_neither_the_room_nor_the_recording_open(
    tmp_path: Path,
) -> None:
    spec = SPEC.model_copy(update={"recording": RecordingSpec(folder=str(tmp_path / "c1"))})
    with capture_logs() as logs:
        async with conversation(Clumsy(), spec, video_width=160, video_height=120) as stage:
            guest = stage.room.join()
            await stage.play(0.5)
    assert guest.closed_reason == "end_conversation_endpoint_hit"
    (path,) = (tmp_path / "c1").glob("*.json")
    assert json.loads(path.read_text())["failure"] == ""
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "a part of the conversation did not end well"
    ]
