"""Turns, interruptions, and what clients send."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from visavis.testing.conformance.hooks.registry import hook
from visavis.testing.conformance.llm import TELL
from visavis.testing.conformance.session import Session, Unmet

WORD = re.compile(r"\bword\d+\b")
MARGIN = 2
"""Words by which what was heard and what is remembered may differ."""


@hook
async def interrupted_history(session: Session) -> None:
    """After an interruption the LLM is told what was heard, not what was written, and that it was cut."""
    question = "say " + " ".join(f"word{number}" for number in range(1, 60))
    await session.create({})
    await session.join()
    await session.send("respond", {"text": question})
    await session.expect({"event_type": "conversation.replica.started_speaking"})
    await asyncio.sleep(1.0)
    await session.send("interrupt")
    final = await session.expect(
        {"event_type": "conversation.utterance.streaming", "properties": {"role": "replica", "final": True}}
    )
    await session.send("respond", {"text": TELL})
    told = await session.expect(
        {
            "event_type": "conversation.utterance",
            "properties": {"role": "replica", "speech": {"$has": "user: say word1"}},
        }
    )
    check_history(told["properties"]["speech"], question, final["properties"]["speech"])


def check_history(told: str, question: str, heard: str) -> None:
    """What the LLM was told of a reply that was cut.

    Args:
        told: the history, as the suite's LLM writes it.
        question: the user's words before it.
        heard: the reply as far as it was heard.

    Raises:
        Unmet: it was told more or less, or not that it was cut.
    """
    before, asked, after = told.partition(f"user: {question}")
    if not asked:
        raise Unmet("the history lacks the question")
    reply = after.partition("| user: ")[0]
    known, spoken = WORD.findall(reply), WORD.findall(heard)
    if len(spoken) == len(WORD.findall(question)):
        raise Unmet("the reply was heard to its end")
    if len(known) > len(spoken) + MARGIN:
        raise Unmet(f"the history goes on to {known[-1]}, and {heard.split()[-1:]} was heard last")
    if len(known) < len(spoken) - MARGIN or known != WORD.findall(question)[: len(known)]:
        raise Unmet(f"the history has {len(known)} of the {len(spoken)} words that were heard")
    note = re.sub(r"\b(assistant|system|developer):", "", WORD.sub("", reply))
    if not re.search(r"\w", note) and not re.search("(?i)interrupt|cut (off|short)", before):
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
    """A context far beyond a data channel's usual message is taken, to its last word."""
    await session.create({"chat": True})
    await session.join()
    context = f"{'It rains. ' * 4_000}The code is 4711."
    await session.send("append_llm_context", {"context": context})
    await session.send("respond", {"text": "find The code is 4711"})
    said = {"role": {"$not": "user"}, "speech": {"$re": "The code is 4711 is"}}
    answer = await session.expect({"event_type": "conversation.utterance", "properties": said})
    if "known" not in answer["properties"]["speech"]:
        raise Unmet("the end of the context is not known")


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
    if len(chunks) < 2:
        raise Unmet("twelve words came in one chunk")


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
