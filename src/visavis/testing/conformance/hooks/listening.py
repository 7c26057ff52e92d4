"""How patient the replica is with a user's pauses, and how readily it yields, as sensitivities set it."""

from __future__ import annotations

import asyncio
import time

from visavis.testing.conformance.hooks.registry import hook
from visavis.testing.conformance.hooks.sound import audio_echo
from visavis.testing.conformance.session import Session, Unmet

SENTENCE = "I would like to know whether the museum is open on Sunday."
BROKEN_OFF = 0.7
"""The part of it that is said. Nobody takes that for all: how long it is waited for depends on patience."""
INTERJECTION = "Wait a moment."
"""Speech of about a second."""
LONGER = 0.4
"""Seconds by which a patient replica waits longer, at least."""
LONGEST = 10.0
"""Seconds that a very patient replica may wait."""
ALOUD = 6.0
"""Seconds that the replica speaks while it is interrupted."""

STARTED = {"event_type": "conversation.replica.started_speaking"}
STOPPED = {"event_type": "conversation.replica.stopped_speaking"}


@hook
async def pause_sensitivity(session: Session) -> None:
    """The same words are waited for longer at a low pause sensitivity than at a high one."""
    await session.create({})
    await session.join()
    await asyncio.sleep(1.0)
    waits = {}
    for value in ("high", "superlow"):
        await session.send("sensitivity", {"participant_pause_sensitivity": value})
        await asyncio.sleep(0.5)
        waits[value] = await _wait_for_the_turn(session)
    if waits["superlow"] < waits["high"] + LONGER:
        told = ", ".join(f"{seconds:.2f} s at {value}" for value, seconds in waits.items())
        raise Unmet(f"a pause ended the turn after {told}")


async def _wait_for_the_turn(session: Session) -> float:
    """Seconds from the end of the user's words until their turn is over."""
    seat = session.seat
    if seat is None:
        raise Unmet("nobody speaks")
    sentence = await session.target.voice.say(SENTENCE)
    await seat.speak(sentence[: round(len(sentence) * BROKEN_OFF)])
    said = time.monotonic()
    turn = {"event_type": "conversation.utterance", "properties": {"role": "user"}}
    await session.expect(turn, within=LONGEST + session.patience)
    waited = session.arrived[session.cursor - 1] - said
    await session.expect(STOPPED)
    await asyncio.sleep(0.5)
    return waited


@hook
async def interrupt_sensitivity(session: Session) -> None:
    """Whether a short exclamation stops the replica differs from one end of the scale to the other."""
    cut = await _cut_at(session)
    if cut["superlow"] == cut["high"]:
        raise Unmet(f"an exclamation stopped the replica {'both times' if cut['high'] else 'neither time'}")


@hook
async def low_interrupt_sensitivity(session: Session) -> None:
    """At a low interrupt sensitivity the replica speaks on; at a high one it is stopped."""
    cut = await _cut_at(session)
    if cut["superlow"] or not cut["high"]:
        told = ", ".join(f"{'stopped' if one else 'not stopped'} at {value}" for value, one in cut.items())
        raise Unmet(f"an exclamation had the replica {told}")


async def _cut_at(session: Session) -> dict[str, bool]:
    """For each sensitivity, whether the same exclamation cut the same speech."""
    await session.create({})
    await session.join()
    cut = {}
    for value in ("superlow", "high"):
        await session.send("sensitivity", {"participant_interrupt_sensitivity": value})
        await audio_echo(session, 16000, ALOUD, 0.1, name=f"while {value}")
        await session.expect(STARTED)
        await asyncio.sleep(1.0)
        if session.seat is None:
            raise Unmet("nobody speaks")
        await session.seat.speak(await session.target.voice.say(INTERJECTION))
        stop = await session.expect(STOPPED, within=ALOUD + session.patience)
        cut[value] = bool(stop.get("properties", {}).get("interrupted"))
        await session.send("interrupt")
        await asyncio.sleep(2.0)
        session.cursor = len(session.events)
    return cut
