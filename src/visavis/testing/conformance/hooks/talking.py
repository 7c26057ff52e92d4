"""Turns, interruptions, and what clients send."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from visavis.testing.conformance.hooks.registry import hook
from visavis.testing.conformance.llm import TELL
from visavis.testing.conformance.session import Session, Unmet


@hook
async def interrupted_history(session: Session) -> None:
    """After an interruption the LLM is told what was heard, not what was written."""
    words = " ".join(f"word{number}" for number in range(1, 60))
    await session.create({})
    await session.join()
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
    if history.count("word59") > 1:  # once in the question
        raise Unmet("the history holds words that nobody heard")
    if heard.split() and heard.split()[-1].strip(".,") not in history:
        raise Unmet("the history lacks words that were heard")
    if "interrupt" not in history.lower() and "cut off" not in history.lower():
        raise Unmet("the LLM is not told that it was cut off")


@hook
async def interrupt_is_prompt(session: Session) -> None:
    """The stop is told within a second of the interrupt."""
    await session.create({})
    await session.join()
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


@hook
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


@hook
async def large_message(session: Session) -> None:
    """A message of 200 KiB is taken whole."""
    await session.create({"chat": True})
    await session.join()
    await session.send("append_llm_context", {"context": "x" * 90_000})
    await session.send("respond", {"text": "say still here"})
    await session.expect({"event_type": "conversation.utterance", "properties": {"role": "replica"}})


@hook
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


@hook
async def long_question(session: Session) -> None:
    """Five thousand letters come back whole."""
    await session.create({"chat": True})
    await session.join()
    text = " ".join(f"word{number}" for number in range(600))
    await session.send("respond", {"text": text})
    await session.expect(
        {"event_type": "conversation.utterance", "properties": {"role": "user", "speech": text}}
    )


@hook
async def words_as_heard(session: Session) -> None:
    """The first streaming chunk of a long utterance does not hold its end."""
    await session.create({})
    await session.join()
    await session.send("echo", {"text": "One two three four five six seven eight nine ten eleven twelve."})
    streaming = {"event_type": "conversation.utterance.streaming", "properties": {"role": "replica"}}
    first = await session.expect(streaming)
    if "twelve" in first["properties"]["speech"]:
        raise Unmet("the last word was told first")
    await session.expect({**streaming, "properties": {"final": True, "speech": {"$has": "twelve"}}})
    chunks = session.find(lambda event: event["event_type"] == "conversation.utterance.streaming")
    if len(chunks) < 3:
        raise Unmet(f"twelve words came in {len(chunks)} chunks")


@hook
async def two_in_a_chat(session: Session) -> None:
    """Both participants receive the answer to the question of one."""
    await session.create({"chat": True})
    await session.join()
    other = Session(session.target, session.case_id, session.joins, session.media, names=session.names)
    async with other.seats:
        await other.join()
        await other.send("respond", {"text": "say hello to both"})
        wanted = {"event_type": "conversation.utterance", "properties": {"role": "replica"}}
        ours, theirs = await session.expect(wanted), await other.expect(wanted)
        if ours != theirs:
            raise Unmet("they were told different things")
