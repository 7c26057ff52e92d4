"""Cases that steps cannot say."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from visavis.testing.conformance.llm import TELL
from visavis.testing.conformance.session import Session, Unmet

Hook = Callable[[Session], Awaitable[None]]
HOOKS: dict[str, Hook] = {}


def _hook(function: Hook) -> Hook:
    HOOKS[function.__name__] = function
    return function


def _tone(seconds: float, rate: int) -> bytes:
    times = np.arange(int(seconds * rate)) / rate
    return (9000 * np.sin(2 * np.pi * 300 * times)).astype("<i2").tobytes()


async def _voice(session: Session) -> None:
    await session.create({})
    await session.join()


async def _audio_echo(session: Session, rate: int, seconds: float, chunk: float, name: str = "tone") -> None:
    """Send a tone in chunks, as fast as it goes."""
    pcm = _tone(seconds, rate)
    size = int(chunk * rate) * 2
    for start in range(0, len(pcm), size):
        await session.send(
            "echo",
            {
                "modality": "audio",
                "audio": base64.b64encode(pcm[start : start + size]).decode(),
                "sample_rate": rate,
                "inference_id": name,
                "done": start + size >= len(pcm),
            },
        )


async def _duration(session: Session) -> float:
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    stop = await session.expect({"event_type": "conversation.replica.stopped_speaking"})
    return float(stop["properties"]["duration"])


def _audio_at(rate: int) -> Hook:
    async def case(session: Session) -> None:
        await _voice(session)
        await _audio_echo(session, rate, 1.0, 0.1)
        duration = await _duration(session)
        if not 0.9 <= duration <= 1.2:
            raise Unmet(f"1 s of audio at {rate} Hz took {duration:g} s")

    return case


for _rate in (8000, 16000, 24000, 44100, 48000):
    HOOKS[f"audio_at_{_rate}"] = _audio_at(_rate)


@_hook
async def audio_interleaved(session: Session) -> None:
    """Two utterances whose chunks alternate stay two utterances."""
    await _voice(session)
    pcm = base64.b64encode(_tone(0.3, 16000)).decode()
    for done in (False, True):
        for name in ("one", "two"):
            await session.send(
                "echo",
                {"modality": "audio", "audio": pcm, "sample_rate": 16000, "inference_id": name, "done": done},
            )
    for _ in range(2):
        duration = await _duration(session)
        if not 0.5 <= duration <= 0.8:
            raise Unmet(f"0.6 s of audio took {duration:g} s")


@_hook
async def audio_with_gaps(session: Session) -> None:
    """Chunks that come slower than real time are one utterance all the same."""
    await _voice(session)
    pcm = base64.b64encode(_tone(0.2, 16000)).decode()
    for number in range(3):
        await session.send(
            "echo",
            {
                "modality": "audio",
                "audio": pcm,
                "sample_rate": 16000,
                "inference_id": "slow",
                "done": number == 2,
            },
        )
        await asyncio.sleep(0.4)
    await session.expect({"event_type": "conversation.replica.stopped_speaking"})
    starts = session.find(lambda event: event["event_type"] == "conversation.replica.started_speaking")
    if len(starts) != 1:
        raise Unmet(f"one utterance began {len(starts)} times")


@_hook
async def interrupted_history(session: Session) -> None:
    """After an interruption the LLM is told what was heard, not what was written."""
    words = " ".join(f"word{number}" for number in range(1, 60))
    await _voice(session)
    await session.send("respond", {"text": f"say {words}"})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    await asyncio.sleep(1.0)
    await session.send("interrupt")
    final = await session.expect(
        {"event_type": "conversation.utterance.streaming", "properties": {"role": "replica", "final": True}}
    )
    heard = final["properties"]["speech"]
    await session.send("respond", {"text": TELL})
    told = await session.expect(
        {
            "event_type": "conversation.utterance",
            "properties": {"role": "replica", "speech": {"$has": "user"}},
        }
    )
    history = told["properties"]["speech"]
    if "word59" in history.replace(words, ""):
        raise Unmet("the history holds words that nobody heard")
    if heard.split() and heard.split()[-1].strip(".,") not in history:
        raise Unmet("the history lacks words that were heard")
    if "interrupt" not in history.lower() and "cut off" not in history.lower():
        raise Unmet("the LLM is not told that it was cut off")


@_hook
async def interrupt_is_prompt(session: Session) -> None:
    """The stop is told within a second of the interrupt."""
    await _voice(session)
    await session.send("echo", {"text": "One two three four five six seven eight nine ten eleven twelve."})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    await asyncio.sleep(0.3)
    asked = time.monotonic()
    await session.send("interrupt")
    await session.expect(
        {"event_type": "conversation.replica.stopped_speaking", "properties": {"interrupted": True}}
    )
    if time.monotonic() - asked > 1.0:
        raise Unmet("the replica went on for more than a second")


@_hook
async def heartbeats(session: Session) -> None:
    """About one a second, counting on."""
    await session.create({"chat": True})
    await session.join()
    attempts = []
    began = time.monotonic()
    for _ in range(3):
        beat = await session.expect({"event_type": "system.replica_present"}, within=3.0)
        attempts.append(beat.get("properties", {}).get("attempt"))
    if not 1.0 <= time.monotonic() - began <= 6.0:
        raise Unmet(f"three heartbeats in {time.monotonic() - began:.1f} s")
    if any(isinstance(one, int) for one in attempts) and attempts != sorted(set(attempts)):
        raise Unmet(f"attempts were {attempts}")


@_hook
async def large_message(session: Session) -> None:
    """A message of 200 KiB is taken whole."""
    await session.create({"chat": True})
    await session.join()
    await session.send("append_llm_context", {"context": "x" * 90_000})
    await session.send("respond", {"text": "say still here"})
    await session.expect({"event_type": "conversation.utterance", "properties": {"role": "replica"}})


@_hook
async def junk(session: Session) -> None:
    """Nothing that a client sends ends the conversation."""
    await session.create({"chat": True})
    seat = await session.join()
    nonsense: list[Any] = [
        None,
        7,
        "text",
        [],
        {},
        {"event_type": 5},
        {"event_type": "conversation.dance"},
        {"message_type": "conversation", "event_type": "conversation.respond"},
        {"message_type": "conversation", "event_type": "conversation.respond", "properties": {"text": {}}},
        {"message_type": "conversation", "event_type": "conversation.echo", "properties": []},
        {"message_type": "x", "event_type": "conversation.sensitivity", "properties": {"no": "key"}},
        {"event_type": "conversation.tool_result", "properties": {"tool_call_id": "nobody", "output": 1}},
    ]
    for thing in nonsense:
        await seat.send(thing)
    await session.send("respond", {"text": "say all is well"})
    await session.expect(
        {"event_type": "conversation.utterance", "properties": {"speech": {"$re": "(?i)all is well"}}}
    )


async def _random_calls(session: Session, seed: int, chat: bool) -> None:
    rng = random.Random(seed)
    await session.create({"chat": chat})
    await session.join()
    asked = 0
    for _ in range(rng.randrange(8, 16)):
        action = rng.choice(
            ["respond", "respond", "echo", "interrupt", "append", "overwrite", "sense", "result"]
        )
        if action == "respond":
            asked += 1
            await session.send("respond", {"text": f"say reply {asked}"})
        elif action == "echo":
            done = rng.random() < 0.8
            await session.send(
                "echo", {"text": "And so.", "inference_id": f"e{rng.randrange(3)}", "done": done}
            )
        elif action == "interrupt":
            await session.send("interrupt")
        elif action == "append":
            await session.send("append_llm_context", {"context": "It rains."})
        elif action == "overwrite":
            await session.send("overwrite_llm_context", {"context": "[]"})
        elif action == "sense":
            await session.send("sensitivity", {"participant_pause_sensitivity": rng.choice(["low", "high"])})
        else:
            await session.send("tool_result", {"tool_call_id": "none", "output": "x"})
        await asyncio.sleep(rng.choice([0, 0, 0.05, 0.3]))
    await session.send("interrupt")
    await session.send("respond", {"text": "say the end"})
    await session.expect(
        {
            "event_type": "conversation.utterance",
            "properties": {"role": {"$not": "user"}, "speech": {"$re": "(?i)the end"}},
        },
        within=30,
    )
    name = session.names["created"]["conversation_id"]
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))
    await session.expect({"event_type": "system.shutdown"})


def _random(seed: int, chat: bool) -> Hook:
    async def case(session: Session) -> None:
        await _random_calls(session, seed, chat)

    return case


for _seed in range(1, 9):
    HOOKS[f"random_chat_{_seed}"] = _random(_seed, chat=True)
for _seed in range(1, 4):
    HOOKS[f"random_voice_{_seed}"] = _random(100 + _seed, chat=False)


@_hook
async def resume(session: Session) -> None:
    """What a dropped connection missed is read from the seq that was seen last."""
    await session.create({"chat": True, "properties": {"participant_left_timeout": 60}})
    await session.join()
    await session.send("respond", {"text": "say first"})
    seen = await session.expect(
        {"event_type": "conversation.utterance", "properties": {"speech": {"$re": "first"}}}
    )
    last = session.events[-1]["seq"]
    name = session.names["created"]["conversation_id"]
    await session.leave()
    message = {"conversation_id": name, "event_type": "conversation.append_llm_context", "event_id": "missed"}
    answer = await session.request("POST", "/interactions", json={**message, "properties": {"context": "x"}})
    Session.ok(answer)
    for _ in range(40):
        missed = Session.ok(await session.request("GET", f"/conversations/{name}/events?after={last}"))
        if any(event["event_type"] == "visavis.ack" for event in missed["data"]):
            break
        await asyncio.sleep(0.1)
    else:
        raise Unmet("the event log lacks what was missed")
    if any(event["seq"] <= max(last, seen["seq"]) for event in missed["data"]):
        raise Unmet("the event log repeats what was seen")


@_hook
async def event_stream(session: Session) -> None:
    """The event log as Server-Sent Events: ids are seqs, and it ends with the call."""
    await session.create({"chat": True})
    await session.join()
    name = session.names["created"]["conversation_id"]
    seen: list[tuple[int, str]] = []

    async def follow() -> None:
        stream = session.target.http.stream(
            "GET", f"/conversations/{name}/events", headers={"accept": "text/event-stream"}
        )
        async with stream as answer:
            number = 0
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: "):
                    event = json.loads(line[6:])
                    seen.append((number, event["event_type"]))

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.2)
    await session.send("respond", {"text": "say hello"})
    await session.expect({"event_type": "conversation.utterance", "properties": {"role": "replica"}})
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))
    try:
        await asyncio.wait_for(following, 10)
    except TimeoutError:
        raise Unmet("the stream does not end with the call") from None
    numbers = [number for number, _ in seen]
    if numbers != sorted(set(numbers)):
        raise Unmet(f"ids were {numbers}")
    if not seen or seen[-1][1] != "system.shutdown":
        raise Unmet("the stream does not end with system.shutdown")


async def _webhook(session: Session, event_type: str) -> dict[str, Any]:
    path = f"/{session.case_id}"
    for _ in range(150):
        for where, body in session.target.hooks:
            if where == path and body.get("event_type") == event_type:
                return body
        await asyncio.sleep(0.1)
    raise Unmet(f"no webhook {event_type} came")


def _webhook_case(event_type: str) -> Hook:
    async def case(session: Session) -> None:
        await session.create({"chat": True, "callback_url": f"{session.target.hook_url}/{session.case_id}"})
        await session.join()
        name = session.names["created"]["conversation_id"]
        Session.ok(await session.request("POST", f"/conversations/{name}/end"))
        body = await _webhook(session, event_type)
        if body.get("conversation_id") != name or body.get("message_type") != event_type.partition(".")[0]:
            raise Unmet(f"the body is {body}")

    return case


for _name in ("system.replica_joined", "system.shutdown", "application.transcription_ready"):
    HOOKS[f"webhook_{_name.partition('.')[2]}"] = _webhook_case(_name)
