"""A person speaks to the replica in a real browser; the replica answers with voice and face."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np

from tests.e2e import ears
from tests.e2e.conftest import OpenPage
from tests.e2e.events import is_a, seen, send, tap, until, wait_for, words
from tests.material import samples
from visavis.layers.stt.whisper import Whisper
from visavis.testing.server_process import RunningServer

JOINED = "?join=1&mic=0"
SENTENCE = "The quick brown fox jumps over the lazy dog near the river bank."


async def test_spoken_words_are_understood_and_answered_aloud_with_a_moving_mouth(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url, speech=after_a_moment(tmp_path)) as page:
        await tap(page)
        await page.get_by_test_id("join").click()
        await wait_for(page, is_a("system.replica_joined"))
        await ears.record(page)
        await until(lambda: _understood(page, {"fellow", "ask", "country"}))
        await wait_for(page, is_a("conversation.replica.started_speaking"))
        while_speaking = await ears.frames(page, 1.5)
        heard = await ears.heard(page)
        assert heard.loudest() > 0.02, "the replica was not heard"
        assert mouth_motion(while_speaking) > 3.0, "the mouth did not move"
        events = await seen(page)
        order = [event["seq"] for event in events if "seq" in event]
        assert order == sorted(set(order)), "seq rises strictly"


async def test_speaking_over_the_replica_stops_it(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url, speech=after_a_moment(tmp_path)) as page:
        await tap(page)
        await page.get_by_test_id("join").click()
        await wait_for(page, is_a("system.replica_joined"))
        await send(page, "conversation.echo", text=" ".join([SENTENCE] * 8))
        await wait_for(page, is_a("conversation.replica.started_speaking"))
        stopped = await wait_for(page, is_a("conversation.replica.stopped_speaking"))
        assert stopped["properties"]["interrupted"] is True
        began = await wait_for(page, is_a("conversation.user.started_speaking"))
        assert began["seq"] < stopped["seq"]


def after_a_moment(folder: Path) -> Path:
    """The speech after 4 s of silence, so that the page has joined before it begins."""
    path = folder / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.concatenate([np.zeros(64_000, "<i2"), samples("jfk")]).tobytes())
    return path


async def _understood(page: ears.Page, wanted: set[str]) -> bool:
    """Whether the user's utterances so far hold these words; a pause may have made two turns of it."""
    said = [event for event in await seen(page) if is_a("conversation.utterance", "user")(event)]
    return wanted <= set(words(" ".join(event["properties"]["speech"] for event in said)))


def mouth_motion(frames: ears.NDArray[ears.np.float64]) -> float:
    """How much the region of the mouth changes from frame to frame, in grey levels."""
    height, width = frames.shape[1:]
    mouth = frames[:, height // 2 : height * 3 // 4, width * 3 // 8 : width * 5 // 8]
    return float(mouth.std(axis=0).max())


async def test_echo_comes_out_as_that_speech(server: RunningServer, open_page: OpenPage) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url) as page:
        await tap(page)
        await page.goto(url + JOINED)
        await wait_for(page, is_a("system.replica_joined"))
        await ears.record(page)
        await send(page, "conversation.echo", text=SENTENCE)
        await wait_for(page, is_a("conversation.replica.stopped_speaking"))
        await asyncio.sleep(0.5)
        heard = await ears.heard(page)
        loud = heard.levels(0.1) > 0.01
        first, last = loud.argmax(), len(loud) - loud[::-1].argmax()
        voice = heard.samples[max(0, first - 2) * 1600 : (last + 2) * 1600]
        spoken = await asyncio.to_thread(lambda: Whisper().transcribe(voice).text)
        wanted, got = words(SENTENCE), words(spoken)
        assert len(set(wanted) & set(got)) >= 0.8 * len(set(wanted)), got


async def test_interrupt_gives_silence(server: RunningServer, open_page: OpenPage) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url) as page:
        await tap(page)
        await page.goto(url + JOINED)
        await wait_for(page, is_a("system.replica_joined"))
        await ears.record(page)
        await send(page, "conversation.echo", text=" ".join([SENTENCE] * 5))
        await wait_for(page, is_a("conversation.replica.started_speaking"))
        await asyncio.sleep(1.5)
        await send(page, "conversation.interrupt")
        stopped = await wait_for(page, is_a("conversation.replica.stopped_speaking"))
        assert stopped["properties"]["interrupted"] is True
        await wait_for(page, is_a("conversation.replica_interrupted"))
        await asyncio.sleep(2.0)
        heard = await ears.heard(page)
        assert heard.loudest() > 0.02, "it had been heard before"
        assert heard.levels()[-10:].max() < 0.003, "it went on"
        final = [event for event in await seen(page) if event["event_type"].endswith("utterance.streaming")][
            -1
        ]
        assert final["properties"]["is_interrupted"] is True
        cut = final["properties"]["speech"]
        assert 0 < len(cut) < len(SENTENCE) * 2
        assert " ".join([SENTENCE] * 5).startswith(cut)


async def test_a_typed_message_is_answered(server: RunningServer, open_page: OpenPage) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url) as page:
        await tap(page)
        await page.goto(url + JOINED)
        await wait_for(page, is_a("system.replica_joined"))
        await page.get_by_test_id("message").fill("Say hello to me.")
        await page.get_by_test_id("send").click()
        said = await wait_for(page, is_a("conversation.utterance", "user"))
        answer = await wait_for(page, is_a("conversation.utterance", "replica"))
        assert said["properties"]["speech"] == "Say hello to me."
        assert answer["inference_id"] == said["inference_id"]
        assert answer["properties"]["speech"].strip()
        await until(lambda: _captioned(page))


async def _captioned(page: ears.Page) -> bool:
    return bool((await page.get_by_test_id("caption").inner_text()).strip())
