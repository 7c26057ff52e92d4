"""One viewer in a process of its own, so that its cost is not counted as the server's.

``python -m benchmarks.viewer URL --seconds 20 --speaking`` prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.peer import Peer, joined

STORY = (
    "Once upon a time there was a small harbour town at the end of a long bay. ",
    "Every morning the boats went out before the sun came up, and every evening they came back. ",
    "Nobody knew any more who had built the lighthouse, but everybody was glad that it was there. ",
    "In winter the wind blew for weeks, and the people told each other stories by the fire. ",
    "One of them was about a sailor who had found an island that was on no map. ",
)
QUESTION = "Please tell me a long story about a lighthouse and the sea."
WARM_UP = 4.0
"""Seconds before anything counts: the first picture, the bitrate, the first words."""
READY = "ready"


async def view(url: str, seconds: float, speaking: bool, asking: bool) -> dict[str, Any]:
    """Watch and listen, while the replica speaks if so wished.

    Returns:
        Frames that the server encoded (by their RTP timestamps) and that were decoded here in each second,
        milliseconds between encoded frames, how much of the time was audible, video bits per second.
    """
    async with joined(url, video=True) as peer:
        talking = asyncio.create_task(_keep_talking(peer, asking)) if speaking or asking else None
        await peer.first_picture()
        await asyncio.sleep(WARM_UP)
        print(READY, file=sys.stderr, flush=True)
        decoded, bytes_before = peer.pictures, peer.wire.video_bytes
        begun = time.monotonic()
        await asyncio.sleep(seconds)
        ended = time.monotonic()
        if talking:
            talking.cancel()
        shown = peer.pictures - decoded
        video_bytes = peer.wire.video_bytes - bytes_before
    frames = [at for at in peer.wire.pictures if begun <= at < ended]
    audible = sum(span.last - span.first for span in peer.heard.spans if begun <= span.first < ended)
    per_second, _ = np.histogram(frames, bins=np.arange(begun, ended + 1e-6, 1.0))
    return {
        "encoded_per_second": per_second.tolist(),
        "decoded_per_second": shown / (ended - begun),
        "gaps_ms": [(later - earlier) * 1000 for earlier, later in pairwise(frames)],
        "audible": audible / (ended - begun),
        "video_kbps": video_bytes * 8 / 1000 / (ended - begun),
    }


async def _keep_talking(peer: Peer, asking: bool) -> None:
    """See to it that the replica is never done: the next text is queued as soon as one is said."""
    sentence = 0
    for _ in range(2 if not asking else 1):
        sentence = await _say_more(peer, sentence, asking)
    while True:
        said = time.monotonic()
        sentence = await _say_more(peer, sentence, asking)
        await peer.message("conversation.replica.stopped_speaking", said, 120)


async def _say_more(peer: Peer, sentence: int, asking: bool) -> int:
    if asking:
        await peer.respond(QUESTION)
    else:
        await peer.echo("".join(STORY[(sentence + n) % len(STORY)] for n in range(3)))
    return sentence + 3


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.viewer", description=__doc__)
    parser.add_argument("url", help="a conversation_url")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--speaking", action="store_true", help="have the replica read a story without end")
    parser.add_argument("--asking", action="store_true", help="have the language model answer without end")
    options = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(view(options.url, options.seconds, options.speaking, options.asking))))


if __name__ == "__main__":
    main()
