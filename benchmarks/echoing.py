"""From echo to sound: the wait before the replica says what an application told it to."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

from benchmarks.browser import browser, opened
from benchmarks.figures import Figure, milliseconds
from benchmarks.peer import Peer, joined
from benchmarks.rig import Rig, differences

SENTENCES = (
    "Hello there, it is good to see you.",
    "The meeting begins at half past nine.",
    "Please take a seat by the window.",
    "Your order has left the warehouse.",
    "That is a very interesting question.",
)
AIM = "< 200 ms p50"
STARTED = "conversation.replica.started_speaking"
PEER = "Python peer (aiortc, loopback), echo of a short sentence into silence"


@dataclass(frozen=True, slots=True)
class Answer:
    """The moments of one utterance, in seconds since it was asked for; None: it did not come.

    Attributes:
        pulled: the room took the first sample (the time the started_speaking event bears).
        told: that event arrived.
        wire: the first audible sample arrived in a packet.
        heard: the receiver's jitter buffer gave it out.
    """

    pulled: float | None
    told: float | None
    wire: float | None
    heard: float | None


async def answer(peer: Peer, asked: float, timeout: float = 20.0) -> Answer:
    """Watch for the utterance that something asked for at this moment."""
    started = await peer.message(STARTED, asked, timeout)
    if started is None:
        return Answer(None, None, None, None)
    wire = await peer.wire.sound.begins(asked, 5)
    heard = await peer.heard.begins(asked, 5)
    return Answer(
        started.sent_at - asked,
        started.at - asked,
        None if wire is None else wire - asked,
        None if heard is None else heard - asked,
    )


def split(name: str, answers: list[Answer], where: str, aim: str = "") -> list[Figure]:
    """What of the wait is ours, and what is the network's and the receiver's."""
    return [
        milliseconds(
            f"{name} → first audible sample",
            [each.heard for each in answers],
            f"{where}; to the first sample over -40 dBFS that comes out of the jitter buffer",
            aim=aim,
        ),
        milliseconds(
            f"{name} → first sample pulled by the room (ours)",
            [each.pulled for each in answers],
            f"{where}; to the time that replica.started_speaking bears",
        ),
        milliseconds(
            f"{name} → first audible sample on the wire",
            [each.wire for each in answers],
            f"{where}; to the arrival of the RTP packet with the first sample over -40 dBFS",
        ),
        milliseconds(
            f"{name}: added by the receiver's jitter buffer",
            differences([each.wire for each in answers], [each.heard for each in answers]),
            "the first of these three less the third, run by run",
        ),
    ]


async def by_peer(rig: Rig, runs: int) -> list[Figure]:
    """Echo of text by a Python peer."""
    answers = []
    async with rig.conversation() as url, joined(url) as peer:
        for sentence in itertools.islice(itertools.cycle(SENTENCES), runs + 1):
            await peer.settle()
            asked = time.monotonic()
            await peer.echo(sentence)
            answers.append(await answer(peer, asked))
            await peer.message("conversation.replica.stopped_speaking", asked, 20)
    return split("echo text", answers[1:], f"{PEER}; the first one, which warms up, is not counted", AIM)


async def by_page(rig: Rig, runs: int) -> list[Figure]:
    """The same in Chromium: what a person hears."""
    asked: list[float | None] = []
    heard: list[float | None] = []
    async with rig.conversation() as url, browser() as running, opened(running, url) as tab:
        await tab.join()
        for sentence in itertools.islice(itertools.cycle(SENTENCES), runs + 1):
            await tab.settle()
            sent = await tab.say("conversation.echo", modality="text", text=sentence, done=True)
            asked.append(sent)
            heard.append(await tab.first_sound(sent))
            await tab.event("conversation.replica.stopped_speaking", sent)
        buffered = await tab.jitter_buffer_ms()
    name = "echo text → first audible sample, in Chromium"
    where = "Chromium with its video on the same cores; page's send to the first sample over -40 dBFS"
    held = "getStats: jitterBufferDelay / jitterBufferEmittedCount over the call"
    return [
        milliseconds(name, differences(asked[1:], heard[1:]), where, aim=AIM),
        Figure("Chromium's audio jitter buffer, mean of the call", "ms", [buffered], held),
    ]
